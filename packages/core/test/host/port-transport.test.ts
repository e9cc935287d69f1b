import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../../src/host/transport/contract.ts'
import { portTransport } from '../../src/host/transport/port.ts'
import type { PageToWorker, WorkerToPage } from '../../src/host/transport/port-protocol.ts'
import { nodeId } from '../../src/logic/base/ids.ts'
import { frameBytesMax } from '../../src/logic/base/limits.ts'
import { anyKey } from './any-key.ts'
import { ensemble, type Network, Tab, transportContract, typesOf } from './transport-contract.ts'

/** Pages that reach each other at once: the smallest thing that a PageTransport can be. */
function createPages(): Network {
  const pages: { readonly port: MessagePort; self: Endpoint | null; readonly met: Set<string> }[] = []
  let connections = 0
  const up = (page: (typeof pages)[number]) => {
    const say = (port: MessagePort, event: PageToWorker) => port.postMessage(event)
    for (const other of pages) {
      if (other === page || page.self === null || other.self === null) continue
      if (other.self.ensemble !== page.self.ensemble) {
        for (const [to, { node, ensemble }] of [[page, other.self] as const, [other, page.self] as const]) {
          if (to.met.has(ensemble)) continue
          to.met.add(ensemble)
          say(to.port, { type: 'foreign', peer: node, ensemble })
        }
        continue
      }
      connections++
      say(page.port, { type: 'up', peer: other.self.node, connection: connections })
      say(other.port, { type: 'up', peer: page.self.node, connection: connections })
      links.set(`${page.self.node} ${other.self.node}`, connections)
      links.set(`${other.self.node} ${page.self.node}`, connections)
    }
  }
  const links = new Map<string, number>()
  const hear = (page: (typeof pages)[number], message: WorkerToPage) => {
    switch (message.type) {
      case 'start':
        page.self = message
        return up(page)
      case 'send': {
        const connection = links.get(`${page.self?.node} ${message.peer}`)
        const other = pages.find(({ self }) => self?.node === message.peer)
        if (page.self === null || other === undefined || connection === undefined) return
        const event: PageToWorker = { type: 'frame', peer: page.self.node, connection, bytes: message.bytes }
        return other.port.postMessage(event)
      }
      case 'close': {
        const { self } = page
        page.self = null
        for (const other of pages) {
          const connection = links.get(`${other.self?.node} ${self?.node}`)
          if (self === null || connection === undefined) continue
          links.delete(`${other.self?.node} ${self.node}`)
          other.port.postMessage({ type: 'down', peer: self.node, connection } satisfies PageToWorker)
        }
        page.port.close()
      }
    }
  }
  return {
    transport: () => {
      const { port1, port2 } = new MessageChannel()
      const page = { port: port1, self: null, met: new Set<string>() }
      pages.push(page)
      port1.onmessage = event => hear(page, (event as MessageEvent<WorkerToPage>).data)
      return portTransport(port2)
    },
    end: () => {
      for (const { port } of pages) port.close()
    },
  }
}

transportContract('port', createPages)

describe('port transport', () => {
  /** The page's end of a port, word by word. */
  function page() {
    const { port1, port2 } = new MessageChannel()
    const heard: WorkerToPage[] = []
    const waiting: (() => void)[] = []
    port1.onmessage = event => {
      heard.push((event as MessageEvent<WorkerToPage>).data)
      for (const wake of waiting.splice(0)) wake()
    }
    const until = async (count: number) => {
      while (heard.length < count) await new Promise<void>(resolve => waiting.push(resolve))
      return heard
    }
    return {
      transport: portTransport(port2),
      until,
      say: (message: unknown) => port1.postMessage(message),
      port1,
    }
  }

  it('TRANS-16 start, frames, last words and close are said in the words of the port protocol', async () => {
    const { transport, until, port1 } = page()
    transport.start({ node: nodeId('a'), key: anyKey, ensemble }, () => {})
    transport.send(nodeId('b'), 'bulk', Uint8Array.of(1))
    transport.lastWords(nodeId('b'), Uint8Array.of(2))
    transport.close()
    transport.lastWords(nodeId('b'), Uint8Array.of(3))
    expect(await until(4)).toEqual([
      { type: 'start', node: 'a', key: anyKey, ensemble, takesChannels: false },
      { type: 'send', peer: 'b', lane: 'bulk', bytes: Uint8Array.of(1) },
      { type: 'lastWords', peer: 'b', bytes: Uint8Array.of(2) },
      { type: 'close' },
    ])
    port1.close()
  })

  it('TRANS-17 bytes that own their buffer are handed over without a copy; of others a copy is sent', () => {
    const { transport, port1 } = page()
    transport.start({ node: nodeId('a'), key: anyKey, ensemble }, () => {})
    const own = new Uint8Array(10)
    const part = new Uint8Array(10).subarray(2, 8)
    transport.send(nodeId('b'), 'control', own)
    transport.send(nodeId('b'), 'control', part)
    expect(own.buffer.byteLength).toBe(0)
    expect(part.buffer.byteLength).toBe(10)
    transport.close()
    port1.close()
  })

  it('TRANS-18 what the page says is parsed: other things are ignored', async () => {
    const { transport, say, port1 } = page()
    const tab = new Tab(transport, 'a')
    for (const message of [
      null,
      'up',
      { type: 'up', peer: 'b' },
      { type: 'up', peer: 'no id!', connection: 1 },
      { type: 'up', peer: 'b', connection: -1 },
      { type: 'frame', peer: 'b', connection: 1, bytes: [1, 2] },
      { type: 'frame', peer: 'b', connection: 1, bytes: new Uint8Array(frameBytesMax + 1) },
      { type: 'other', peer: 'b', connection: 1 },
      { type: 'foreign', peer: 'b', connection: 1 },
      { type: 'foreign', peer: 'b', ensemble: 'no id!' },
      { type: 'up', peer: 'c', connection: 1, more: true },
    ])
      say(message)
    await tab.event('up', 'c')
    expect(typesOf(tab.events)).toStrictEqual(['up c'])
    expect(tab.events).toStrictEqual([{ type: 'up', peer: 'c', connection: 1 }])
    transport.close()
    port1.close()
  })
})
