import { ensembleId, nodeId } from '@peerkeeper/core/transport'
import type { Signaling, SignalingEvent } from '@peerkeeper/webrtc'
import { expect, test } from 'vitest'
import { combineSignaling } from '../src/signaling/combine.ts'

const peer = (instance: string) => ({ node: nodeId('n'), ensemble: ensembleId('e'), instance })

/** A way of signaling that tells what it is told to. */
function fakeWay() {
  const sent: string[] = []
  let sink: (event: SignalingEvent) => void = () => {}
  let isOver = false
  const way: Signaling = {
    join(_, to) {
      sink = to
    },
    send: (instance, data) => sent.push(`${instance} ${data}`),
    leave() {
      isOver = true
    },
  }
  return { way, sent, tell: (event: SignalingEvent) => sink(event), isOver: () => isOver }
}

test('DEMO-13 a peer is there while any way of signaling tells of it, and is written to by the first', () => {
  const [tabs, server] = [fakeWay(), fakeWay()]
  const both = combineSignaling([tabs.way, server.way])
  const heard: string[] = []
  both.join(peer('me'), event => heard.push(event.type))

  server.tell({ type: 'peer', peer: peer('x') })
  both.send('x', '1')
  tabs.tell({ type: 'peer', peer: peer('x') })
  both.send('x', '2')
  server.tell({ type: 'left', instance: 'x' })
  expect(heard).toEqual(['peer', 'peer'])
  tabs.tell({ type: 'left', instance: 'x' })
  both.send('x', '3')
  expect(heard).toEqual(['peer', 'peer', 'left'])
  expect([server.sent, tabs.sent]).toEqual([['x 1'], ['x 2']])

  server.tell({ type: 'signal', from: peer('y'), data: 'hello' })
  both.send('y', '4')
  expect(server.sent).toEqual(['x 1', 'y 4'])
  both.leave()
  expect([tabs.isOver(), server.isOver()]).toEqual([true, true])
})
