import { expect, test } from 'vitest'
import { createFakeTime } from '../../core/test/host/fake-time.ts'
import { createNetworkHints, type NetworkHint } from '../src/page/network-hints.ts'
import { networkSettleMs, sleepGapHiddenMs, sleepGapMs, sleepLookMs } from '../src/wire/limits.ts'

function setup() {
  const time = createFakeTime()
  const page = new EventTarget()
  const world = { isHidden: false, sleptMs: 0 }
  const hints = createNetworkHints({
    timers: time,
    now: () => time.nowMs + world.sleptMs,
    isHidden: () => world.isHidden,
    events: () => [
      [page, 'online', 'moved'],
      [page, 'visibilitychange', 'woke'],
    ],
  })
  const heard: NetworkHint[] = []
  const stop = hints.listen(hint => heard.push(hint))
  const tell = (type: string) => page.dispatchEvent(new Event(type))
  return { time, world, hints, heard, stop, tell }
}

test('ICE-7 a burst of signs is told once, the strongest of them', () => {
  const { time, heard, tell, hints } = setup()
  hints.lost()
  tell('visibilitychange')
  tell('online')
  tell('visibilitychange')
  expect(heard).toEqual([])
  time.advance(networkSettleMs)
  expect(heard).toEqual(['moved'])
  hints.lost()
  time.advance(networkSettleMs)
  expect(heard).toEqual(['moved', 'lost'])
})

test('ICE-7 a page that becomes visible may have slept; one that is hidden has nothing to look at', () => {
  const { time, heard, tell, world } = setup()
  world.isHidden = true
  tell('visibilitychange')
  time.advance(networkSettleMs)
  expect(heard).toEqual([])
  world.isHidden = false
  tell('visibilitychange')
  time.advance(networkSettleMs)
  expect(heard).toEqual(['woke'])
})

test('ICE-7 a gap in the clock is sleep; one of a minute in a hidden page is the browser saving its timers', () => {
  const { time, heard, world } = setup()
  const sleep = (ms: number) => {
    world.sleptMs += ms
    time.advance(sleepLookMs + networkSettleMs)
  }
  sleep(sleepGapMs - sleepLookMs)
  expect(heard).toEqual([])
  sleep(sleepGapMs)
  expect(heard).toEqual(['woke'])
  world.isHidden = true
  sleep(60_000)
  expect(heard).toEqual(['woke'])
  sleep(sleepGapHiddenMs)
  expect(heard).toEqual(['woke', 'woke'])
})

test('ICE-7 when nobody listens any more, nothing is watched', () => {
  const { time, heard, stop, tell, world, hints } = setup()
  stop()
  tell('online')
  world.sleptMs = 1_000_000
  hints.lost()
  time.advance(1_000_000)
  expect(heard).toEqual([])
  const again: NetworkHint[] = []
  hints.listen(hint => again.push(hint))
  tell('online')
  time.advance(networkSettleMs)
  expect([heard, again]).toEqual([[], ['moved']])
})
