import { expect, test } from 'vitest'
import { createFakeTime } from '../../core/test/host/fake-time.ts'
import { createSilence } from '../src/page/link/silence.ts'
import { pathCheckMs, pathSilenceMs } from '../src/wire/limits.ts'

function setup(heard?: () => Promise<number>) {
  const time = createFakeTime()
  const world = { mayReplace: true, lost: 0 }
  const silence = createSilence({
    timers: time,
    mayReplace: () => world.mayReplace,
    heard,
    lost: () => {
      world.lost += 1
    },
  })
  /** Lets time pass, and what was asked be answered. */
  const pass = async (ms: number) => {
    for (let turns = 0; turns < 5; turns++) await Promise.resolve()
    time.advance(ms)
    for (let turns = 0; turns < 5; turns++) await Promise.resolve()
  }
  return { time, world, silence, pass }
}

test('ICE-4 a path that the browser calls disconnected is given up after a while, once', () => {
  const { time, world, silence } = setup()
  silence.silent(true)
  time.advance(pathSilenceMs - 1)
  expect(world.lost).toBe(0)
  time.advance(1)
  expect(world.lost).toBe(1)
  silence.silent(true)
  time.advance(10 * pathSilenceMs)
  expect(world.lost).toBe(1)
})

test('ICE-4 one that comes back meanwhile stays, and so does one that was closed', () => {
  const { time, world, silence } = setup()
  silence.silent(true)
  time.advance(pathSilenceMs - 1)
  silence.silent(false)
  time.advance(10 * pathSilenceMs)
  silence.silent(true)
  silence.stop()
  time.advance(10 * pathSilenceMs)
  expect(world.lost).toBe(0)
})

test('ICE-4 none is given up while the peer cannot be reached otherwise', () => {
  const { time, world, silence } = setup()
  world.mayReplace = false
  silence.silent(true)
  time.advance(10 * pathSilenceMs)
  expect(world.lost).toBe(0)
  world.mayReplace = true
  time.advance(pathSilenceMs)
  expect(world.lost).toBe(1)
})

test('ICE-5 a path in doubt over which nothing is heard is given up', async () => {
  const { world, silence, pass } = setup(async () => 7)
  silence.check()
  silence.check()
  await pass(pathCheckMs - 1)
  expect(world.lost).toBe(0)
  await pass(1)
  expect(world.lost).toBe(1)
})

test('ICE-5 one over which something is heard stays, and may be doubted again', async () => {
  let count = 0
  const { world, silence, pass } = setup(async () => count)
  silence.check()
  await pass(0)
  count = 1
  await pass(pathCheckMs)
  await pass(10 * pathCheckMs)
  expect(world.lost).toBe(0)
  silence.check()
  await pass(pathCheckMs)
  expect(world.lost).toBe(1)
})

test('ICE-5 while the peer cannot be reached otherwise, a doubted path is listened to until it can', async () => {
  const { world, silence, pass } = setup(async () => 7)
  world.mayReplace = false
  silence.check()
  await pass(pathCheckMs)
  await pass(pathCheckMs)
  expect(world.lost).toBe(0)
  world.mayReplace = true
  await pass(pathCheckMs)
  expect(world.lost).toBe(1)
})

test('ICE-5 a path that showed no life and could not be replaced is given up as soon as it can be', async () => {
  let count = 7
  const { world, silence, pass } = setup(async () => count)
  world.mayReplace = false
  silence.check()
  await pass(pathCheckMs)
  world.mayReplace = true
  silence.check()
  await pass(0)
  expect(world.lost).toBe(1)

  const alive = setup(async () => count)
  alive.world.mayReplace = false
  alive.silence.check()
  await alive.pass(pathCheckMs)
  count = 8
  alive.world.mayReplace = true
  alive.silence.check()
  await alive.pass(10 * pathCheckMs)
  expect(alive.world.lost).toBe(0)
})

test('ICE-5 where nobody can say what was heard, doubt does nothing', async () => {
  const { world, silence, pass } = setup()
  silence.check()
  await pass(10 * pathCheckMs)
  const failing = setup(() => Promise.reject(new Error('closed')))
  failing.silence.check()
  await failing.pass(10 * pathCheckMs)
  expect([world.lost, failing.world.lost]).toEqual([0, 0])
})
