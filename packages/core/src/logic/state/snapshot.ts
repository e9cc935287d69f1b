/**
 * The whole state as one value and back. Owns the format and its checks: what is restored was either all there and
 * consistent, or it is refused. Does not choose when to take one, nor cut it into pieces.
 *
 * Format 2: rows of plain numbers instead of objects, because a tree may hold a million of them. Their layout stands in
 * snapshot-tree.ts and snapshot-sessions.ts.
 */
import type { Codec } from '../base/codec.ts'
import { isCounter, slot, type Zxid } from '../base/ids.ts'
import { err, ok, type Result } from '../base/result.ts'
import { mixNumber } from './digest.ts'
import type { SessionTable } from './sessions.ts'
import { parseSessions, sessionRows } from './snapshot-sessions.ts'
import { parseTree, treeRows } from './snapshot-tree.ts'
import type { Tree } from './tree.ts'

/** Everything replicated. */
export interface State {
  readonly tree: Tree
  readonly sessions: SessionTable
  readonly header: Header
}

export interface Header {
  /** The last slot applied. Invariant: grows by one. */
  readonly appliedThrough: Zxid
  /** The zxid of the last `lead`, 0 before the first. */
  readonly leadership: Zxid
  /** The highest stamp applied, in whole milliseconds. Invariant: never goes back. */
  readonly timeMs: number
}

const format = 2

/** A hash of everything in `state`. */
export function digestState({ tree, sessions, header }: State): number {
  let digest = mixNumber(tree.digest, sessions.digest)
  digest = mixNumber(digest, header.appliedThrough)
  digest = mixNumber(digest, header.leadership)
  return mixNumber(digest, header.timeMs)
}

export function encodeState(codec: Codec, state: State): Uint8Array {
  const { appliedThrough, leadership, timeMs } = state.header
  const { acls, znodes } = treeRows(state.tree)
  return codec.encode({
    format,
    appliedThrough,
    leadership,
    timeMs,
    acls,
    znodes,
    sessions: sessionRows(state.sessions),
    digest: digestState(state),
  })
}

/** The state that `bytes` hold, or a sentence on why they hold none. Never throws. */
export function decodeState(codec: Codec, bytes: Uint8Array): Result<State, string> {
  const value = codec.decode(bytes)
  if (typeof value !== 'object' || value === null) return err('it is no object')
  const fields = value as Fields
  if (fields.format !== format) return err(`its format is not ${format}`)
  const header = parseHeader(fields)
  if (header === null) return err('its header is malformed')
  const sessions = parseSessions(fields.sessions)
  if (!sessions.ok) return sessions
  const tree = parseTree(fields.acls, fields.znodes)
  if (!tree.ok) return tree
  for (const owner of tree.value.lifetimes.owners())
    if (sessions.value.get(owner) === undefined) return err('an ephemeral belongs to no session')
  const state: State = { tree: tree.value, sessions: sessions.value, header }
  return digestState(state) === fields.digest ? ok(state) : err('its digest does not agree')
}

interface Fields {
  readonly format?: unknown
  readonly appliedThrough?: unknown
  readonly leadership?: unknown
  readonly timeMs?: unknown
  readonly acls?: unknown
  readonly znodes?: unknown
  readonly sessions?: unknown
  readonly digest?: unknown
}

function parseHeader({ appliedThrough, leadership, timeMs }: Fields): Header | null {
  if (!isCounter(appliedThrough) || !isCounter(leadership) || !isCounter(timeMs)) return null
  return { appliedThrough: slot(appliedThrough), leadership: slot(leadership), timeMs }
}
