/** One request at a time of one client: what a history calls a process. */
import type { Xid } from '../../logic/base/ids.ts'
import type { Wanted } from './requests.ts'

/** A request that waits for its answer. */
export interface Outstanding {
  readonly lane: Lane
  readonly wanted: Wanted
  /** The session's last write before it. */
  readonly afterXid: Xid
}

/** Processes of different clients stay apart by this, and a lane's successive ones by more. */
export const processesApart = 10
const generationsApart = 1_000

export class Lane {
  process: number
  state: 'idle' | 'thinking' | 'asking' | 'finishing' | 'done' = 'idle'

  constructor(process: number) {
    this.process = process
  }

  /** The answer to the present request will never come: the process asks nothing more, another takes its place. */
  beginAnew(): void {
    this.process += generationsApart
    this.state = 'idle'
  }
}
