/** Reads: answered by one replica from its own state, never in the log. Watches are set by the replica, on success. */
import { err, ok, type Result } from '../base/result.ts'
import { type Failure, failure } from './error.ts'
import { parsePath, type ZnodePath } from './path.ts'
import type { Stat } from './stat.ts'

export type Query =
  | { readonly type: 'get'; readonly path: ZnodePath }
  | { readonly type: 'exists'; readonly path: ZnodePath }
  | { readonly type: 'children'; readonly path: ZnodePath }

export type QueryAnswer =
  /** `data` is the state's own: look, and never write to it. */
  | { readonly type: 'get'; readonly data: Uint8Array; readonly stat: Stat }
  /** `stat` is null where there is no znode: that is an answer, not an error. */
  | { readonly type: 'exists'; readonly stat: Stat | null }
  /** Names, not paths, sorted by code unit. */
  | { readonly type: 'children'; readonly children: readonly string[]; readonly stat: Stat }

/** A query from the app, or BadArguments. */
export function parseQuery(value: unknown): Result<Query, Failure> {
  if (typeof value !== 'object' || value === null) return err(failure('BadArguments', 'a query is an object'))
  const { type, path } = value as { readonly type?: unknown; readonly path?: unknown }
  if (type !== 'get' && type !== 'exists' && type !== 'children')
    return err(failure('BadArguments', `there is no query ${String(type).slice(0, 100)}`))
  const parsed = parsePath(path)
  return parsed.ok ? ok({ type, path: parsed.value }) : parsed
}
