/** What the bench drives in a page. */
import * as blocker from './blocker.ts'
import * as dataChannel from './data-channel.ts'
import { flushes } from './flush.ts'
import * as replica from './replica.ts'

const bench = { blocker, dataChannel, flushes, replica }

declare global {
  interface Window {
    bench: typeof bench
  }
}

window.bench = bench
