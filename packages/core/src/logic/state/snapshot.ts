/**
 * The whole state as bytes and back. Owns the format and its checks: what is restored was either all there and
 * consistent, or it is refused. Does not choose when to take one, nor cut it into messages.
 *
 * Format 3: frames. A header with the sessions and the digest; pages of znodes, rows of plain numbers instead of objects,
 * because a tree may hold a million of them; the lists of permissions that the rows name. The layout of rows stands in
 * snapshot-tree.ts and snapshot-sessions.ts. Written a few pages at a time, so that a large tree stops nobody.
 */
import { assert } from '../base/assert.ts'
import type { Codec } from '../base/codec.ts'
import { isCounter, slot, type Zxid } from '../base/ids.ts'
import { err, ok, type Result } from '../base/result.ts'
import { mixNumber } from './digest.ts'
import type { SessionTable } from './sessions.ts'
import { joinFrames, splitFrames } from './snapshot-frames.ts'
import { parseSessions, sessionRows } from './snapshot-sessions.ts'
import { parseTree, TreeRows } from './snapshot-tree.ts'
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

const format = 3

/** Znodes in one frame: few enough that encoding them is no pause, enough that a frame costs nothing. */
const pageZnodes = 512

/** A hash of everything in `state`. */
export function digestState({ tree, sessions, header }: State): number {
  let digest = mixNumber(tree.digest, sessions.digest)
  digest = mixNumber(digest, header.appliedThrough)
  digest = mixNumber(digest, header.leadership)
  return mixNumber(digest, header.timeMs)
}

/**
 * A snapshot that is being written, a piece at a time, of the state as it was when it was begun. The tree keeps what it
 * needs for that until it is complete, or another is begun.
 */
export class SnapshotWriter {
  readonly #codec: Codec
  readonly #rows: TreeRows
  /** Pages are full, but for the last: the bytes are the same in whatever pieces they were written. */
  #page: unknown[] = []
  /** In their order; the lists of permissions come last. */
  readonly #frames: Uint8Array[]

  constructor(codec: Codec, state: State) {
    const { appliedThrough, leadership, timeMs } = state.header
    const sessions = sessionRows(state.sessions)
    const header = { format, appliedThrough, leadership, timeMs, sessions, digest: digestState(state) }
    this.#codec = codec
    this.#rows = new TreeRows(state.tree.freeze())
    this.#frames = [codec.encode(header)]
  }

  /** Encodes up to `znodes` more znodes. The whole snapshot when that was all; then it is not to be called again. */
  advance(znodes: number): Uint8Array | null {
    for (let left = znodes; left > 0 && !this.#rows.isDone; ) {
      const rows = this.#rows.take(Math.min(left, pageZnodes - this.#page.length))
      left -= rows.length
      this.#page.push(...rows)
      if (this.#page.length === pageZnodes) this.#endPage()
    }
    if (!this.#rows.isDone) return null
    if (this.#page.length > 0) this.#endPage()
    return joinFrames([...this.#frames, this.#codec.encode(this.#rows.acls)])
  }

  #endPage(): void {
    this.#frames.push(this.#codec.encode(this.#page))
    this.#page = []
  }
}

/** The snapshot of `state`, all at once. */
export function encodeState(codec: Codec, state: State): Uint8Array {
  const bytes = new SnapshotWriter(codec, state).advance(Number.POSITIVE_INFINITY)
  assert(bytes !== null, 'everything fits into one piece without a bound')
  return bytes
}

/** The state that `bytes` hold, or a sentence on why they hold none. Never throws. */
export function decodeState(codec: Codec, bytes: Uint8Array): Result<State, string> {
  const frames = splitFrames(bytes)
  const [first, ...rest] = frames ?? []
  const last = rest.pop()
  if (first === undefined || last === undefined) return err('its frames do not fit')
  const value = codec.decode(first)
  if (typeof value !== 'object' || value === null) return err('it has no header')
  const fields = value as Fields
  if (fields.format !== format) return err(`its format is not ${format}`)
  const header = parseHeader(fields)
  if (header === null) return err('its header is malformed')
  const sessions = parseSessions(fields.sessions)
  if (!sessions.ok) return sessions
  const tree = parseTree(codec.decode(last), decoded(codec, rest))
  if (!tree.ok) return tree
  for (const owner of tree.value.lifetimes.owners())
    if (sessions.value.get(owner) === undefined) return err('an ephemeral belongs to no session')
  const state: State = { tree: tree.value, sessions: sessions.value, header }
  return digestState(state) === fields.digest ? ok(state) : err('its digest does not agree')
}

/** One after the other, so that no more than one page is there twice. */
function* decoded(codec: Codec, frames: readonly Uint8Array[]): Iterable<unknown> {
  for (const frame of frames) yield codec.decode(frame)
}

interface Fields {
  readonly format?: unknown
  readonly appliedThrough?: unknown
  readonly leadership?: unknown
  readonly timeMs?: unknown
  readonly sessions?: unknown
  readonly digest?: unknown
}

function parseHeader({ appliedThrough, leadership, timeMs }: Fields): Header | null {
  if (!isCounter(appliedThrough) || !isCounter(leadership) || !isCounter(timeMs)) return null
  return { appliedThrough: slot(appliedThrough), leadership: slot(leadership), timeMs }
}
