/** Answers one read whose time has come, and sets the watch that it asked for. */
import { ok, type Result } from '../base/result.ts'
import type { StateMachine } from '../state/contract.ts'
import type { Failure } from '../state/error.ts'
import type { Query, QueryAnswer } from '../state/query.ts'
import type { WatchKind, WatchTable } from '../watch/contract.ts'
import type { ReadRequest } from './reads.ts'

export function answerRead(
  machine: StateMachine,
  watches: WatchTable,
  request: ReadRequest,
): Result<QueryAnswer | null, Failure> {
  const { session } = request
  switch (request.type) {
    case 'addWatch':
      watches.add({ session, watch: request.watch, kind: request.kind, path: request.path })
      return ok(null)
    case 'removeWatch':
      watches.remove(session, request.watch, request.path)
      return ok(null)
    case 'read': {
      const { query, watch } = request
      if (query === null) return ok(null)
      const result = machine.query(query)
      if (result.ok && watch !== null) watches.add({ session, watch, kind: kindFor(query), path: query.path })
      return result
    }
  }
}

/** The watch that a read sets (ZooKeeper Programmer's Guide, "Semantics of Watches"). */
function kindFor(query: Query): WatchKind {
  switch (query.type) {
    case 'get':
    case 'exists':
      return 'data'
    case 'children':
      return 'children'
  }
}
