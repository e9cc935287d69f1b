/** What a page brings to its transport, in tests that run in Node. */
import type { Timers } from '@peerkeeper/core/transport'
import { pageTimers } from '../src/page/timers.ts'

interface PageParts {
  readonly timers: Timers
  readonly random: () => number
  readonly afterTask: (run: () => void) => void
  readonly newInstance: () => string
}

export const pageParts: PageParts = {
  timers: pageTimers,
  random: Math.random,
  afterTask: queueMicrotask,
  newInstance: () => crypto.randomUUID(),
}
