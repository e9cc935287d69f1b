/** Answers queries from the tree. Changes nothing, and never hears of watches. */
import { err, ok, type Result } from '../base/result.ts'
import { type Failure, failure } from './error.ts'
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
