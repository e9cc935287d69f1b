/**
 * What replicas say to each other so that few send to those who observe: an observer asks one voter, its feeder, to pass on to
 * it what the others say to all, and to pass back what it answers. Messages of the engine stay what they are: nobody but their
 * receiver reads them.
 *
 *   observer               feeder                  another voter
 *      | feedFrom(voters)     |                         |
 *      |--------------------->|                         |
 *      |      feeding(heard)  | feeds(observers)        |
 *      |<---------------------|------------------------>|
 *      |                      |     relay(to, message)  |
 *      |    relayed(message)  |<------------------------|
 *      |<---------------------|                         |
 *      | relay(to, answer)    |                         |
 *      |--------------------->| relayed(answer)         |   with the next tick, the last answer of each
 *                             |------------------------>|
 *
 * All of it may be lost, repeated and reordered, as the messages themselves may. Owns the parser at the door.
 */
import type { NodeId } from '../base/ids.ts'
import { membersMax } from '../base/limits.ts'
import { aNodeId, anything, listOf, record, union } from '../base/shape.ts'

export type FeedMessage =
  /** The sender would have passed on what these say, and asks again while it does. */
  | { readonly type: 'feedFrom'; readonly voters: readonly NodeId[] }
  /** The sender was asked, and hears these itself. */
  | { readonly type: 'feeding'; readonly heard: readonly NodeId[] }
  /** These asked the sender. Said again while they do. */
  | { readonly type: 'feeds'; readonly observers: readonly NodeId[] }
  /** A message of the sender's engine, for the engines of these; the receiver may be one of them. */
  | { readonly type: 'relay'; readonly to: readonly NodeId[]; readonly message: unknown }
  /** What the engine of `from` says to the receiver. */
  | { readonly type: 'relayed'; readonly from: NodeId; readonly message: unknown }

const nodes = listOf(aNodeId, membersMax)
const aFeedMessage = union<FeedMessage>({
  feedFrom: record({ voters: nodes }),
  feeding: record({ heard: nodes }),
  feeds: record({ observers: nodes }),
  relay: record({ to: nodes, message: anything }),
  relayed: record({ from: aNodeId, message: anything }),
})

/** A message from outside, or null when it is none of these. `parseEngine`: of what is in it, likewise. */
export function parseFeedMessage(
  value: unknown,
  parseEngine: (message: unknown) => unknown,
): FeedMessage | null {
  const read = aFeedMessage(value) ?? null
  if (read === null || !('message' in read)) return read
  const message = parseEngine(read.message)
  return message === null ? null : { ...read, message }
}
