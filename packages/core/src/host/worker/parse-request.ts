/** The worker's door for requests: what a page sends is parsed here and trusted from here on. */
import { ensembleId, isCounter, isId, type SessionId, sessionId, slot, xid } from '../../logic/base/ids.ts'
import { watchesPerSessionMax } from '../../logic/base/limits.ts'
import type { ClientRequest } from '../../logic/replica/event.ts'
import { parseOperation } from '../../logic/state/operation.ts'
import { parsePath } from '../../logic/state/path.ts'
import { parseQuery } from '../../logic/state/query.ts'
import type { StandingKind, WatchKind, WatchSelection, WatchSetAnew } from '../../logic/watch/contract.ts'
import type { Question } from './protocol.ts'

const standingKinds: readonly StandingKind[] = ['persistent', 'persistentRecursive']
const kinds: readonly WatchKind[] = ['data', 'children', ...standingKinds]
const selections: readonly WatchSelection[] = ['any', 'data', 'children']

/** A request from outside, or null when it is none. */
export function parseRequest(value: unknown): ClientRequest | null {
  if (typeof value !== 'object' || value === null) return null
  const fields = value as { [key: string]: unknown }
  if (fields['type'] === 'open') {
    const { token, timeoutMs } = fields
    return isId(token) && isCounter(timeoutMs) ? { type: 'open', token, timeoutMs } : null
  }
  if (fields['type'] === 'departed') {
    const { sessions } = fields
    if (!Array.isArray(sessions) || !sessions.every(isCounter)) return null
    return { type: 'departed', sessions: sessions.map(sessionId) }
  }
  const session = fields['session']
  return isCounter(session) && session > 0 ? parseOfSession(sessionId(session), fields) : null
}

/** A question to the worker from outside, or null when it is none. */
export function parseQuestion(value: unknown): Question | null {
  if (typeof value !== 'object' || value === null) return null
  const { type, session, publicKey, signature, query, ensemble } = value as { [key: string]: unknown }
  if (type === 'challenge' || type === 'status') return { type }
  if (type === 'fork') return isId(ensemble) ? { type, ensemble: ensembleId(ensemble) } : null
  if (type === 'query') {
    const parsed = parseQuery(query)
    return parsed.ok ? { type, query: parsed.value } : null
  }
  if (type !== 'prove' || !isCounter(session) || session === 0) return null
  if (!(publicKey instanceof Uint8Array) || !(signature instanceof Uint8Array)) return null
  return { type, session: sessionId(session), publicKey, signature }
}

function parseOfSession(
  session: SessionId,
  fields: { readonly [key: string]: unknown },
): ClientRequest | null {
  const { type, id, watch } = fields
  switch (type) {
    case 'write': {
      const { xid: number, acknowledged } = fields
      const operation = parseOperation(fields['operation'])
      if (!operation.ok || !isCounter(number) || number < 1 || !isCounter(acknowledged)) return null
      return {
        type,
        session,
        xid: xid(number),
        acknowledged: xid(acknowledged),
        operation: operation.value,
      }
    }
    case 'read': {
      const { afterXid, seenZxid, consistency } = fields
      const query = fields['query'] === null ? null : parseQuery(fields['query'])
      if (query !== null && !query.ok) return null
      if (!isCounter(id) || !isCounter(afterXid) || !isCounter(seenZxid)) return null
      if (consistency !== 'sequential' && consistency !== 'linearizable') return null
      if (watch !== null && !isCounter(watch)) return null
      return {
        type,
        session,
        id,
        afterXid: xid(afterXid),
        seenZxid: slot(seenZxid),
        consistency,
        query: query === null ? null : query.value,
        watch,
      }
    }
    case 'addWatch':
    case 'removeWatches':
      return parseWatching(type, session, fields)
    case 'setWatches':
      return parseSetWatches(session, fields)
    case 'cancel': {
      const unset = fields['unset'] === null ? null : parseWatch(fields['unset'])
      return isCounter(id) && unset !== undefined ? { type, session, id, unset } : null
    }
    case 'ping':
      return { type, session }
    default:
      return null
  }
}

function parseWatching(
  type: 'addWatch' | 'removeWatches',
  session: SessionId,
  { id, watch, afterXid, seenZxid, path: text, kind, from, selection }: { readonly [key: string]: unknown },
): ClientRequest | null {
  const path = parsePath(text)
  if (!path.ok || !isCounter(id) || !isCounter(afterXid) || !isCounter(seenZxid)) return null
  const asked = { session, id, afterXid: xid(afterXid), seenZxid: slot(seenZxid), path: path.value }
  if (type === 'removeWatches') {
    const known = selections.find(each => each === selection)
    if (known === undefined || (watch !== null && !isCounter(watch))) return null
    return { type, ...asked, watch, selection: known }
  }
  const known = standingKinds.find(each => each === kind)
  if (known === undefined || !isCounter(watch)) return null
  if (from !== null && from !== 'now' && !isCounter(from)) return null
  return { type, ...asked, watch, kind: known, from: typeof from === 'number' ? slot(from) : from }
}

function parseSetWatches(
  session: SessionId,
  { id, afterXid, seenZxid, watches }: { readonly [key: string]: unknown },
): ClientRequest | null {
  if (!isCounter(id) || !isCounter(afterXid) || !isCounter(seenZxid)) return null
  if (!Array.isArray(watches) || watches.length > watchesPerSessionMax) return null
  const parsed: WatchSetAnew[] = []
  for (const each of watches) {
    const watch = parseWatch(each)
    if (watch === undefined) return null
    const { from, resumable } = each as { readonly [key: string]: unknown }
    if (!isCounter(from) || typeof resumable !== 'boolean') return null
    if (resumable && !standingKinds.some(kind => kind === watch.kind)) return null
    parsed.push({ ...watch, from: slot(from), resumable })
  }
  return {
    type: 'setWatches',
    session,
    id,
    afterXid: xid(afterXid),
    seenZxid: slot(seenZxid),
    watches: parsed,
  }
}

/** Which watch is meant; undefined where none is. */
function parseWatch(value: unknown): Pick<WatchSetAnew, 'watch' | 'kind' | 'path'> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { watch, kind, path: text } = value as { readonly [key: string]: unknown }
  const path = parsePath(text)
  const known = kinds.find(each => each === kind)
  if (!path.ok || known === undefined || !isCounter(watch)) return undefined
  return { watch, kind: known, path: path.value }
}
