import { expect, test } from 'vitest'
import type { TransportEvent } from '../../src/host/transport/contract.ts'
import { joinConnections } from '../../src/host/transport/standing.ts'
import { nodeId } from '../../src/logic/base/ids.ts'
import { seededRandom } from '../../src/logic/base/random.ts'

function setup() {
  const log: string[] = []
  const tell = joinConnections(event => {
    if (event.type !== 'foreign') log.push(`${event.type} ${event.peer} ${event.connection}`)
  })
  const say = (type: 'up' | 'down', connection: number, peer = 'a') =>
    tell({ type, peer: nodeId(peer), connection })
  return { log, tell, say }
}

test('TRANS-24 a way that takes over from another is news; that the other ends is none', () => {
  const { log, say } = setup()
  say('up', 1)
  say('up', 2)
  say('down', 1)
  expect(log).toEqual(['up a 1', 'up a 2'])
  say('down', 2)
  expect(log.slice(2)).toEqual(['down a 2'])
})

test('TRANS-24 whatever order they end in, the link is down with the last, under the number that was told last', () => {
  const { log, say } = setup()
  say('up', 1)
  say('up', 3)
  say('up', 2)
  say('down', 2)
  say('down', 3)
  expect(log).toEqual(['up a 1', 'up a 3', 'up a 2'])
  say('down', 1)
  expect(log.slice(3)).toEqual(['down a 2'])
  say('down', 1)
  say('down', 7)
  say('down', 7, 'b')
  expect(log).toHaveLength(4)
})

test('TRANS-24 whatever comes and goes: up and down are told in turn with what stands', () => {
  const random = seededRandom(24)
  const standing = new Map<string, Set<number>>()
  const isUp = new Set<string>()
  const heard: TransportEvent[] = []
  const tell = joinConnections(event => heard.push(event))
  for (let step = 1; step <= 5_000; step++) {
    const peer = ['a', 'b', 'c'][random.below(3)] ?? 'a'
    const numbers = standing.get(peer) ?? new Set()
    standing.set(peer, numbers)
    const type = random.below(2) === 0 ? 'up' : 'down'
    const connection = type === 'up' ? step : ([...numbers][0] ?? step)
    if (type === 'up') numbers.add(connection)
    else numbers.delete(connection)
    tell({ type, peer: nodeId(peer), connection })
    for (const event of heard.splice(0)) {
      if (event.type === 'up') isUp.add(event.peer)
      else expect(isUp.delete(event.peer)).toBe(true)
    }
    expect(isUp).toEqual(new Set([...standing].filter(([, each]) => each.size > 0).map(([each]) => each)))
  }
})
