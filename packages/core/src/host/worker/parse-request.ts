/** The worker's door for requests: what a page sends is parsed here and trusted from here on. */
import { isCounter, isId, type SessionId, sessionId, slot, xid } from '../../logic/base/ids.ts'
import type { ClientRequest } from '../../logic/replica/event.ts'
import { parseOperation } from '../../logic/state/operation.ts'
import { parsePath } from '../../logic/state/path.ts'
import { parseQuery } from '../../logic/state/query.ts'
import type { WatchKind } from '../../logic/watch/contract.ts'

const watchKinds: readonly WatchKind[] = ['data', 'children', 'persistent', 'persistentRecursive']

/** A request from outside, or null when it is none. */
export function parseRequest(value: unknown): ClientRequest | null {
  if (typeof value !== 'object' || value === null) return null
  const fields = value as { [key: string]: unknown }
  if (fields['type'] === 'open') {
    const { token, timeoutMs } = fields
    return isId(token) && isCounter(timeoutMs) ? { type: 'open', token, timeoutMs } : null
  }
  const session = fields['session']
  return isCounter(session) && session > 0 ? parseOfSession(sessionId(session), fields) : null
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
    case 'removeWatch': {
      const path = parsePath(fields['path'])
      if (!path.ok || !isCounter(id) || !isCounter(watch)) return null
      if (type === 'removeWatch') return { type, session, id, watch, path: path.value }
      const kind = watchKinds.find(known => known === fields['kind'])
      return kind === undefined ? null : { type, session, id, watch, kind, path: path.value }
    }
    case 'cancel':
      return isCounter(id) ? { type, session, id } : null
    case 'ping':
      return { type, session }
    default:
      return null
  }
}
