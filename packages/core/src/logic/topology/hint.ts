/** What replicas tell each other of the network around them. For links and routes alone: nothing that is decided depends on it. */
import type { NodeId, Slot } from '../base/ids.ts'

export interface Hint {
  /** Who votes, as of `through`; none where the sender does not know. */
  readonly voters: readonly NodeId[]
  readonly through: Slot
  /** With whom the sender has a link. */
  readonly linked: readonly NodeId[]
}
