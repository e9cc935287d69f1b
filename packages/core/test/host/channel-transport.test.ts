/** The worker's half with its frames over channels that the page handed over: MessagePorts in place of data channels. */
import { expect, test } from 'vitest'
import type { Endpoint, Transport } from '../../src/host/transport/contract.ts'
import { type ChannelTaker, portTransport } from '../../src/host/transport/port.ts'
import type { PageToWorker, WorkerToPage } from '../../src/host/transport/port-protocol.ts'
import { portChannel } from './port-channel.ts'
import { type Network, Tab, transportContract, typesOf } from './transport-contract.ts'

const takePorts: ChannelTaker = {
  takesChannels: true,
  channelOf: value => (value instanceof MessagePort ? portChannel(value) : null),
}

interface Page {
  readonly port: MessagePort
  self: Endpoint | null
  readonly met: Set<string>
}

/** Pages that reach each other at once, and hand over the channels by which they do. */
function createPages(): Network {
  const pages: Page[] = []
  /** The ends of channels that stay in pages. */
  const words: MessagePort[] = []
  let connections = 0

  const say = ({ port }: Page, event: PageToWorker) => port.postMessage(event)

  function give(
    page: Page,
    { node: peer }: Endpoint,
    connection: number,
    given: readonly MessagePort[],
  ): void {
    const [control, bulk, peerWords] = given
    if (control === undefined || bulk === undefined || peerWords === undefined) return
    const message: PageToWorker = { type: 'channels', peer, connection, control, bulk, peerWords }
    page.port.postMessage(message, [...given])
  }

  function connect(page: Page, self: Endpoint, other: Page, peer: Endpoint): void {
    const [control, bulk, ofPage, ofOther] = Array.from({ length: 4 }, () => new MessageChannel())
    if (!control || !bulk || !ofPage || !ofOther) return
    connections++
    words.push(ofPage.port1, ofOther.port1)
    give(page, peer, connections, [control.port1, bulk.port1, ofOther.port2])
    give(other, self, connections, [control.port2, bulk.port2, ofPage.port2])
  }

  function start(page: Page, self: Endpoint): void {
    page.self = self
    for (const other of pages) {
      if (other === page || other.self === null) continue
      if (other.self.ensemble === self.ensemble) connect(page, self, other, other.self)
      else
        for (const [to, of] of [
          [page, other.self],
          [other, self],
        ] as const) {
          if (to.met.has(of.ensemble)) continue
          to.met.add(of.ensemble)
          say(to, { type: 'foreign', peer: of.node, ensemble: of.ensemble })
        }
    }
  }

  return {
    transport(): Transport {
      const { port1, port2 } = new MessageChannel()
      const page: Page = { port: port1, self: null, met: new Set() }
      pages.push(page)
      port1.onmessage = ({ data }: MessageEvent<WorkerToPage>) => {
        if (data.type === 'start') start(page, data)
        if (data.type !== 'close') return
        page.self = null
        port1.close()
      }
      return portTransport(port2, takePorts)
    },
    end() {
      for (const port of [...words, ...pages.map(page => page.port)]) port.close()
    },
  }
}

transportContract('port with channels', createPages)

test('TRANS-18 what is handed over and is no channel, or lacks one, is ignored', async () => {
  const { port1, port2 } = new MessageChannel()
  const transport = portTransport(port2, takePorts)
  const tab = new Tab(transport, 'a')
  const ports = Array.from({ length: 4 }, () => new MessageChannel().port1)
  const [control, bulk, peerWords, other] = ports
  const of = { type: 'channels', peer: 'b', connection: 1 }
  port1.postMessage({ ...of, control: 1, bulk: 2, peerWords: 3 })
  port1.postMessage({ ...of, control: other }, other === undefined ? [] : [other])
  port1.postMessage({ ...of, connection: -1 })
  port1.postMessage({ type: 'ended', connection: 'x' })
  port1.postMessage({ ...of, connection: 2, control, bulk, peerWords }, ports.slice(0, 3))
  const up = await tab.event('up', 'b')
  expect(up.connection).toBe(2)
  expect(typesOf(tab.events)).toEqual(['up b'])
  transport.close()
  port1.close()
})
