/**
 * Last words go as far as links do, and who observes may have none with the doer: whoever hears them tells the doer. It is
 * hearsay, which the next sign of life takes back like the words themselves.
 */
import type { NodeId, SessionId } from '../base/ids.ts'
import type { ToPeer } from './step.ts'

/** What `self` says when `node` told it that it goes away with `sessions`. */
export const tellDoer = (
  self: NodeId,
  doer: NodeId | null,
  node: NodeId,
  sessions: readonly SessionId[],
): readonly ToPeer[] =>
  doer === null || doer === self || doer === node
    ? []
    : [{ to: doer, message: { type: 'departed', node, sessions } }]
