/**
 * The whole state as one value and back. Owns the format and its checks: what is restored was either all there and
 * consistent, or it is refused. Does not choose when to take one, nor cut it into pieces.
 *
 * Format 1: rows of plain numbers instead of objects, because a tree may hold a million of them.
 */
import type { Codec } from '../base/codec.ts'
import { isCounter, isId, noSession, type SessionId, sessionId, slot, xid, type Zxid } from '../base/ids.ts'
import { err, ok, type Result } from '../base/result.ts'
import { mixNumber } from './digest.ts'
import { parentOf, parsePath, reservedPath, rootPath } from './path.ts'
import { parseReply } from './reply.ts'
import { SessionTable } from './sessions.ts'
import { Tree } from './tree.ts'

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

const format = 1

/** A hash of everything in `state`. */
export function digestState({ tree, sessions, header }: State): number {
  let digest = mixNumber(tree.digest, sessions.digest)
  digest = mixNumber(digest, header.appliedThrough)
  digest = mixNumber(digest, header.leadership)
  return mixNumber(digest, header.timeMs)
}

export function encodeState(codec: Codec, state: State): Uint8Array {
  const znodes = []
  for (const [path, z] of state.tree.entries()) {
    const { data, czxid, mzxid, pzxid, ctime, mtime, version, childCreates, ephemeralOwner } = z
    znodes.push([path, data, czxid, mzxid, pzxid, ctime, mtime, version, childCreates, ephemeralOwner])
  }
  const sessions = []
  for (const {
    session,
    token,
    timeoutMs,
    lastXid,
    lastZxid,
    acknowledged,
    replies,
  } of state.sessions.all()) {
    const remembered = []
    for (const [number, { reply }] of replies) remembered.push([number, reply])
    sessions.push([session, token, timeoutMs, lastXid, lastZxid, acknowledged, remembered])
  }
  const { appliedThrough, leadership, timeMs } = state.header
  return codec.encode({
    format,
    appliedThrough,
    leadership,
    timeMs,
    znodes,
    sessions,
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
  const tree = parseTree(fields.znodes)
  if (!tree.ok) return tree
  for (const owner of tree.value.owners())
    if (sessions.value.get(owner) === undefined) return err('an ephemeral belongs to no session')
  const state: State = { tree: tree.value, sessions: sessions.value, header }
  return digestState(state) === fields.digest ? ok(state) : err('its digest does not agree')
}

interface Fields {
  readonly format?: unknown
  readonly appliedThrough?: unknown
  readonly leadership?: unknown
  readonly timeMs?: unknown
  readonly znodes?: unknown
  readonly sessions?: unknown
  readonly digest?: unknown
}

function parseHeader({ appliedThrough, leadership, timeMs }: Fields): Header | null {
  if (!isCounter(appliedThrough) || !isCounter(leadership) || !isCounter(timeMs)) return null
  return { appliedThrough: slot(appliedThrough), leadership: slot(leadership), timeMs }
}

function parseTree(rows: unknown): Result<Tree, string> {
  if (!Array.isArray(rows)) return err('it has no znodes')
  const tree = new Tree()
  for (const row of rows) {
    const fault = loadZnode(tree, row)
    if (fault !== null) return err(fault)
  }
  if (tree.get(rootPath) === undefined || tree.get(reservedPath) === undefined)
    return err('the root or the reserved znode is missing')
  return ok(tree)
}

/** Puts the znode of `row` into `tree`; what is wrong with it, or null. */
function loadZnode(tree: Tree, row: unknown): string | null {
  if (!Array.isArray(row)) return 'a znode is no row'
  const [text, data, czxid, mzxid, pzxid, ctime, mtime, version, childCreates, owner] = row as unknown[]
  const parsed = parsePath(text)
  if (!parsed.ok) return parsed.error.message
  const path = parsed.value
  if (!(data instanceof Uint8Array)) return `the data of ${path} is no bytes`
  if (!isCounter(czxid) || !isCounter(mzxid) || !isCounter(pzxid)) return `a zxid of ${path} is malformed`
  if (!isCounter(ctime) || !isCounter(mtime)) return `a time of ${path} is malformed`
  if (typeof version !== 'number' || (version | 0) !== version) return `the version of ${path} is malformed`
  if (!isCounter(childCreates) || !isCounter(owner)) return `a counter of ${path} is malformed`
  if (tree.get(path) !== undefined) return `${path} stands there twice`
  if (path !== rootPath) {
    const parent = tree.get(parentOf(path))
    if (parent === undefined) return `${path} stands before its parent`
    if (parent.ephemeralOwner !== noSession) return `the parent of ${path} is ephemeral`
  }
  tree.load(path, {
    data: new Uint8Array(data),
    czxid: slot(czxid),
    mzxid: slot(mzxid),
    pzxid: slot(pzxid),
    ctime,
    mtime,
    version,
    childCreates,
    ephemeralOwner: sessionId(owner),
  })
  return null
}

function parseSessions(rows: unknown): Result<SessionTable, string> {
  if (!Array.isArray(rows)) return err('it has no sessions')
  const table = new SessionTable()
  for (const row of rows) {
    const fault = loadSession(table, row)
    if (fault !== null) return err(fault)
  }
  return ok(table)
}

/** Puts the session of `row` into `table`; what is wrong with it, or null. */
function loadSession(table: SessionTable, row: unknown): string | null {
  if (!Array.isArray(row)) return 'a session is no row'
  const [id, token, timeoutMs, lastXid, lastZxid, acknowledged, remembered] = row as unknown[]
  if (!isCounter(id) || id === 0 || !isId(token) || !isCounter(timeoutMs)) return 'a session is malformed'
  if (!isCounter(lastXid) || !isCounter(lastZxid) || !isCounter(acknowledged) || acknowledged > lastXid)
    return `the counters of session ${id} are malformed`
  const session: SessionId = sessionId(id)
  if (table.get(session) !== undefined || table.byToken(token) !== undefined)
    return `session ${id} stands there twice`
  table.add({
    session,
    token,
    timeoutMs,
    lastXid: xid(lastXid),
    lastZxid: slot(lastZxid),
    acknowledged: xid(acknowledged),
  })
  if (!Array.isArray(remembered)) return `the replies of session ${id} are malformed`
  let previous = acknowledged
  for (const each of remembered) {
    if (!Array.isArray(each)) return `a reply of session ${id} is malformed`
    const [number, value] = each as unknown[]
    const reply = parseReply(value)
    if (reply === null || !isCounter(number)) return `a reply of session ${id} is malformed`
    if (number <= previous || number > lastXid) return `the replies of session ${id} are out of order`
    table.remember(session, xid(number), reply)
    previous = number
  }
  return null
}
