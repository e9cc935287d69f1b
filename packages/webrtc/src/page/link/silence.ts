/**
 * When a path over which nothing is heard is given up for a new attempt. Browsers call it failed 15 to 26 seconds after the last
 * word; dialing anew takes well under one. So a path that they call disconnected (after 5 to 7 seconds) has a little longer to
 * come back, and one in doubt, because the network changed, must show at once that it lives. Nothing is given up while no new
 * attempt could be made: an old path may come back, signaling need not.
 */
import type { Timers } from '@peerkeeper/core/transport'
import { pathCheckMs, pathSilenceMs } from '../../wire/limits.ts'

export interface SilenceOptions {
  readonly timers: Timers
  /** Whether a new attempt could be made now. */
  readonly mayReplace: () => boolean
  /** A number that has risen when anything was heard; absent where nobody can say. */
  readonly heard: (() => Promise<number>) | undefined
  /** The path is given up. Once. */
  readonly lost: () => void
}

export interface Silence {
  /** The browser says that nothing is heard, or that something is again. */
  silent(isSilent: boolean): void
  /**
   * The network may have changed: the path shows within pathCheckMs that it lives. One that failed to show it, and stays only
   * because it could not be replaced, is asked now.
   */
  check(): void
  /** Idempotent. */
  stop(): void
}

export function createSilence({ timers, mayReplace, heard, lost }: SilenceOptions): Silence {
  let cancelSilence: (() => void) | undefined
  let cancelCheck = () => {}
  let isChecking = false
  /** What was heard when the path was in doubt first, where nothing was heard in time. */
  let unheardSince: number | undefined
  let isOver = false

  function stop(): void {
    isOver = true
    cancelSilence?.()
    cancelCheck()
  }

  /** Gives the path up, or calls `later` when that may be asked again. */
  function giveUp(later: () => void): void {
    if (!mayReplace()) return later()
    stop()
    lost()
  }

  function waitSilently(): void {
    cancelSilence = timers.after(pathSilenceMs, () => giveUp(waitSilently))
  }

  /** Looks again and again until something was heard since `before`, or the path is given up. */
  function waitForWord(before: number): void {
    cancelCheck()
    cancelCheck = timers.after(pathCheckMs, () => lookAgain(before))
  }

  function lookAgain(before: number): void {
    hear(after => {
      isChecking = after === before
      unheardSince = isChecking ? before : undefined
      if (isChecking) giveUp(() => waitForWord(before))
    })
  }

  function hear(then: (count: number) => void): void {
    heard?.().then(
      count => {
        if (!isOver) then(count)
      },
      () => {
        isChecking = false
        unheardSince = undefined
      },
    )
  }

  return {
    silent(isSilent) {
      if (isOver) return
      cancelSilence?.()
      cancelSilence = undefined
      if (isSilent) waitSilently()
    },
    check() {
      if (isOver || heard === undefined) return
      if (unheardSince !== undefined) return lookAgain(unheardSince)
      if (isChecking) return
      isChecking = true
      hear(waitForWord)
    },
    stop,
  }
}
