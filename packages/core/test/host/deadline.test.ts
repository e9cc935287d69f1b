import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { withDeadline } from '../../src/host/deadline.ts'

describe('deadline', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const late = () => new Error('late')
  const never = new Promise<never>(() => {})

  it('WAIT-1 a wait ends with an error when its time has passed, and not before', async () => {
    const settled = vi.fn()
    const waiting = withDeadline(never, 1_000, late).catch(settled)
    await vi.advanceTimersByTimeAsync(999)
    expect(settled).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await waiting
    expect(settled).toHaveBeenCalledWith(new Error('late'))
  })

  it('WAIT-1 work that settles in time settles the wait, and leaves no timer', async () => {
    await expect(withDeadline(Promise.resolve(1), 1_000, late)).resolves.toBe(1)
    await expect(withDeadline(Promise.reject(new Error('own')), 1_000, late)).rejects.toThrow('own')
    await Promise.resolve()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('WAIT-2 a worker that was frozen past the deadline still takes the answer that waits for it', async () => {
    let answer = (_: string) => {}
    const work = new Promise<string>(resolve => {
      answer = resolve
    })
    const waiting = withDeadline(work, 1_000, late)
    // On thaw one overdue timer fires, once; then the answer comes.
    vi.setSystemTime(Date.now() + 3_600_000)
    vi.runOnlyPendingTimers()
    answer('in time')
    await expect(waiting).resolves.toBe('in time')
  })
})
