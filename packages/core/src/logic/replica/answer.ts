/** Answers one read whose time has come, and sets the watch that it asked for. */
import { ok, type Result } from '../base/result.ts'
import type { StateMachine } from '../state/contract.ts'
import type { Failure } from '../state/error.ts'
import type { ZnodePath } from '../state/path.ts'
import type { Query, QueryAnswer } from '../state/query.ts'
import type { WatchKind } from '../watch/contract.ts'
import type { ReadRequest } from './reads.ts'
import type { Watching } from './watching.ts'

export function answerRead(
  machine: StateMachine,
  watching: Watching,
  request: ReadRequest,
): Result<QueryAnswer | null, Failure> {
  const { session } = request
  switch (request.type) {
    case 'addWatch':
      return watching.add(request)
    case 'removeWatches':
      return watching.remove(request)
    case 'setWatches':
      return watching.setAnew(request)
    case 'read': {
      const { query, watch } = request
      if (query === null) return ok(null)
      const result = machine.query(query, session)
      const wanted = watch === null ? null : watchedBy(query)
      if (!result.ok || watch === null || wanted === null) return result
      const set = watching.set({ session, watch, ...wanted })
      return set.ok ? result : set
    }
  }
}

/** The watch that a read sets (ZooKeeper Programmer's Guide, "Semantics of Watches"); null where it can set none. */
function watchedBy(query: Query): { readonly kind: WatchKind; readonly path: ZnodePath } | null {
  switch (query.type) {
    case 'get':
    case 'exists':
      return { kind: 'data', path: query.path }
    case 'children':
      return { kind: 'children', path: query.path }
    case 'getAcl':
    case 'ephemerals':
    case 'allChildrenNumber':
    case 'whoAmI':
    case 'multiRead':
      return null
  }
}
