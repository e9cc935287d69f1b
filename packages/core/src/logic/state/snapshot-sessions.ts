/** Sessions as rows and back: each with its identities and the answers that it may still ask for. */
import { isCounter, isId, type SessionId, sessionId, slot, xid } from '../base/ids.ts'
import { identitiesMax } from '../base/limits.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { Identity } from './acl.ts'
import { identityOf } from './parse-acl.ts'
import { aReply } from './reply.ts'
import { SessionTable } from './sessions.ts'

type Row = readonly unknown[]

export function sessionRows(sessions: SessionTable): readonly Row[] {
  const rows: Row[] = []
  for (const each of sessions.all()) {
    const { session, token, timeoutMs, lastXid, lastZxid, acknowledged, identities, replies } = each
    const remembered = []
    for (const [number, { reply }] of replies) remembered.push([number, reply])
    const proven = identities.map(({ scheme, id }) => [scheme, id])
    rows.push([session, token, timeoutMs, lastXid, lastZxid, acknowledged, remembered, proven])
  }
  return rows
}

/** The sessions of these rows, or a sentence on what is wrong with them. */
export function parseSessions(rows: unknown): Result<SessionTable, string> {
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
  const [id, token, timeoutMs, lastXid, lastZxid, acknowledged, remembered, proven] = row as Row
  if (!isCounter(id) || id === 0 || !isId(token) || !isCounter(timeoutMs)) return 'a session is malformed'
  if (!isCounter(lastXid) || !isCounter(lastZxid) || !isCounter(acknowledged) || acknowledged > lastXid)
    return `the counters of session ${id} are malformed`
  const session: SessionId = sessionId(id)
  if (table.get(session) !== undefined || table.byToken(token) !== undefined)
    return `session ${id} stands there twice`
  const identities = parseIdentities(proven)
  if (identities === null) return `the identities of session ${id} are malformed`
  table.add({
    session,
    token,
    timeoutMs,
    lastXid: xid(lastXid),
    lastZxid: slot(lastZxid),
    acknowledged: xid(acknowledged),
    identities,
  })
  if (!Array.isArray(remembered)) return `the replies of session ${id} are malformed`
  let previous = acknowledged
  for (const each of remembered) {
    if (!Array.isArray(each)) return `a reply of session ${id} is malformed`
    const [number, value] = each as Row
    const reply = aReply(value)
    if (reply === undefined || !isCounter(number)) return `a reply of session ${id} is malformed`
    if (number <= previous || number > lastXid) return `the replies of session ${id} are out of order`
    table.remember(session, xid(number), reply)
    previous = number
  }
  return null
}

function parseIdentities(rows: unknown): readonly Identity[] | null {
  if (!Array.isArray(rows) || rows.length > identitiesMax) return null
  const identities: Identity[] = []
  for (const row of rows) {
    const [scheme, id] = Array.isArray(row) ? (row as Row) : []
    const identity = typeof scheme === 'string' && typeof id === 'string' ? identityOf(scheme, id) : null
    if (identity === null) return null
    identities.push(identity)
  }
  return identities
}
