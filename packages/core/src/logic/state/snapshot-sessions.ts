/** Sessions as rows and back: each with its identities and the answers that it may still ask for. */
import { identitiesMax } from '../base/limits.ts'
import { err, ok, type Result } from '../base/result.ts'
import {
  aCounter,
  anId,
  anXid,
  aSessionId,
  aSlot,
  aText,
  listOf,
  row,
  type Shape,
  where,
} from '../base/shape.ts'
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

const aCredential = row({ scheme: aText, id: aText })

const anIdentity: Shape<Identity> = value => {
  const read = aCredential(value)
  return read && (identityOf(read.scheme, read.id) ?? undefined)
}

const aSession = row({
  session: where(aSessionId, session => session > 0),
  token: anId,
  timeoutMs: aCounter,
  lastXid: anXid,
  lastZxid: aSlot,
  acknowledged: anXid,
  remembered: listOf(row({ number: anXid, reply: aReply })),
  identities: listOf(anIdentity, identitiesMax),
})

/** The sessions of these rows, or a sentence on what is wrong with them. */
export function parseSessions(rows: unknown): Result<SessionTable, string> {
  const table = new SessionTable()
  return Array.isArray(rows) && rows.every(each => loadSession(table, each))
    ? ok(table)
    : err('a session is malformed')
}

/** Puts the session of `value` into `table`; whether it is one, and can stand there. */
function loadSession(table: SessionTable, value: unknown): boolean {
  const read = aSession(value)
  if (read === undefined) return false
  const { remembered, ...opened } = read
  const { session, token, lastXid, acknowledged } = opened
  if (table.get(session) !== undefined || table.byToken(token) !== undefined || acknowledged > lastXid)
    return false
  table.add(opened)
  let previous = acknowledged
  for (const { number, reply } of remembered) {
    if (number <= previous || number > lastXid) return false
    table.remember(session, number, reply)
    previous = number
  }
  return true
}
