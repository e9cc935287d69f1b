/** Reads: answered by one replica from its own state, never in the log. Watches are set by the replica, on success. */
import { multiReadsMax } from '../base/limits.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { Acl, Identity } from './acl.ts'
import { type Failure, failure } from './error.ts'
import { parsePath, type ZnodePath } from './path.ts'
import type { Stat } from './stat.ts'

/** What a multiRead can hold. */
export type SingleRead =
  | { readonly type: 'get'; readonly path: ZnodePath }
  | { readonly type: 'children'; readonly path: ZnodePath }

export type Query =
  | SingleRead
  | { readonly type: 'exists'; readonly path: ZnodePath }
  | { readonly type: 'getAcl'; readonly path: ZnodePath }
  /** Of the session that asks: those whose path begins with the text `path`. */
  | { readonly type: 'ephemerals'; readonly path: ZnodePath }
  /** Counts everything below `path`. */
  | { readonly type: 'allChildrenNumber'; readonly path: ZnodePath }
  | { readonly type: 'whoAmI' }
  | { readonly type: 'multiRead'; readonly queries: readonly SingleRead[] }

export type SingleAnswer =
  /** `data` is the state's own: look, and never write to it. */
  | { readonly type: 'get'; readonly data: Uint8Array; readonly stat: Stat }
  /** Names, not paths, sorted by code unit. */
  | { readonly type: 'children'; readonly children: readonly string[]; readonly stat: Stat }

export type QueryAnswer =
  | SingleAnswer
  /** `stat` is null where there is no znode: that is an answer, not an error. */
  | { readonly type: 'exists'; readonly stat: Stat | null }
  /** Without ADMIN the hashes of passwords are masked. */
  | { readonly type: 'getAcl'; readonly acl: Acl; readonly stat: Stat }
  /** Sorted by code unit. */
  | { readonly type: 'ephemerals'; readonly paths: readonly ZnodePath[] }
  | { readonly type: 'allChildrenNumber'; readonly count: number }
  /** Of a digest identity the user alone, each once. */
  | { readonly type: 'whoAmI'; readonly identities: readonly Identity[] }
  /** One result for each query, in their order. */
  | { readonly type: 'multiRead'; readonly results: readonly Result<SingleAnswer, Failure>[] }

/** A query from the app, or BadArguments. */
export function parseQuery(value: unknown): Result<Query, Failure> {
  if (typeof value !== 'object' || value === null) return bad('a query is an object')
  const { type, path, queries } = value as {
    readonly type?: unknown
    readonly path?: unknown
    readonly queries?: unknown
  }
  switch (type) {
    case 'get':
    case 'exists':
    case 'children':
    case 'getAcl':
    case 'ephemerals':
    case 'allChildrenNumber': {
      const parsed = parsePath(path)
      return parsed.ok ? ok({ type, path: parsed.value }) : parsed
    }
    case 'whoAmI':
      return ok({ type })
    case 'multiRead':
      return parseMultiRead(queries)
    default:
      return bad(`there is no query ${String(type).slice(0, 100)}`)
  }
}

function parseMultiRead(values: unknown): Result<Query, Failure> {
  if (!Array.isArray(values) || values.length > multiReadsMax)
    return bad(`a multiRead holds a list of at most ${multiReadsMax} queries`)
  const queries: SingleRead[] = []
  for (const value of values) {
    const parsed = parseQuery(value)
    if (!parsed.ok) return parsed
    const query = parsed.value
    if (query.type !== 'get' && query.type !== 'children')
      return bad(`a multiRead holds get and children, not ${query.type}`)
    queries.push(query)
  }
  return ok({ type: 'multiRead', queries })
}

const bad = (message: string): Result<never, Failure> => err(failure('BadArguments', message))
