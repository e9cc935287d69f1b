/** Answers queries from the tree. Changes nothing, and never hears of watches. */
import { err, ok, type Result } from '../base/result.ts'
import type { ZnodeView } from './contract.ts'
import { type Failure, failure } from './error.ts'
import { joinPath, type ZnodePath } from './path.ts'
import type { Query, QueryAnswer } from './query.ts'
import type { Tree } from './tree.ts'
import { statOf } from './znode.ts'

export function answerQuery(tree: Tree, query: Query): Result<QueryAnswer, Failure> {
  const znode = tree.get(query.path)
  if (query.type === 'exists') return ok({ type: 'exists', stat: znode === undefined ? null : statOf(znode) })
  if (znode === undefined) return err(failure('NoNode', `there is no ${query.path}`))
  switch (query.type) {
    case 'get':
      return ok({ type: 'get', data: znode.data, stat: statOf(znode) })
    case 'children': {
      const children = znode.children === null ? [] : [...znode.children].sort()
      return ok({ type: 'children', children, stat: statOf(znode) })
    }
  }
}

/** The znode at `path`, if there is one, and all below it: parents before children, these sorted by code unit. */
export function* subtree(tree: Tree, path: ZnodePath): Iterable<ZnodeView> {
  const ahead = [path]
  for (let at = ahead.pop(); at !== undefined; at = ahead.pop()) {
    const znode = tree.get(at)
    if (znode === undefined) continue
    yield { path: at, data: znode.data, stat: statOf(znode) }
    const names = [...(znode.children ?? [])].sort()
    for (let i = names.length - 1; i >= 0; i--) ahead.push(joinPath(at, names[i] ?? ''))
  }
}
