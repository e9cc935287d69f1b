import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Calls } from '../../src/client/calls.ts'
import { KeeperError } from '../../src/client/error.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'resolved',
    (error: unknown) => (error instanceof KeeperError ? error.code : String(error)),
  )

test('CLIENT-1 a call ends at its own time limit, and its key is abandoned', async () => {
  const abandoned: number[] = []
  const calls = new Calls<number>(1_000, key => abandoned.push(key))
  const outcome = code(calls.wait(7, 'get', { timeoutMs: 300 }))
  vi.advanceTimersByTime(299)
  expect(calls.size).toBe(1)
  vi.advanceTimersByTime(1)
  expect(await outcome).toBe('Timeout')
  expect(abandoned).toEqual([7])
  expect(calls.size).toBe(0)
})

test('CLIENT-1 a call without a time limit of its own has the default one', async () => {
  const calls = new Calls<number>(1_000, () => undefined)
  const outcome = code(calls.wait(1, 'get'))
  vi.advanceTimersByTime(1_000)
  expect(await outcome).toBe('Timeout')
})

test('CLIENT-2 a call ends when its signal is aborted', async () => {
  const calls = new Calls<number>(1_000, () => undefined)
  const controller = new AbortController()
  const outcome = code(calls.wait(1, 'get', { signal: controller.signal }))
  controller.abort()
  expect(await outcome).toBe('Aborted')
})

test('CLIENT-3 every call settles when everything ends, and a late answer is nobody’s', async () => {
  const calls = new Calls<number>(1_000, () => undefined)
  const outcomes = [code(calls.wait(1, 'get')), code(calls.wait(2, 'set'))]
  calls.rejectAll(new KeeperError('WorkerDied', 'gone'))
  expect(await Promise.all(outcomes)).toEqual(['WorkerDied', 'WorkerDied'])
  expect(calls.resolve(1, 'late')).toBe(false)
  expect(vi.getTimerCount()).toBe(0)
})
