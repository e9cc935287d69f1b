/** The quota of a path as it is read: from two znodes, at once. Loaded on demand. */
import type { ZnodePath } from '../logic/state/path.ts'
import type { Query, QueryAnswer } from '../logic/state/query.ts'
import {
  limitsPath,
  parseLimits,
  type QuotaLimits,
  type QuotaUsage,
  statsPath,
} from '../logic/state/quota.ts'
import { textOf } from './bytes.ts'

export interface Quota {
  readonly limits: QuotaLimits
  readonly usage: QuotaUsage
}

export const quotaQuery = (path: ZnodePath): Query => ({
  type: 'multiRead',
  queries: [
    { type: 'get', path: limitsPath(path) },
    { type: 'get', path: statsPath(path) },
  ],
})

/** Null where there is none. */
export function quotaOf(answer: QueryAnswer | null): Quota | null {
  const [limits, usage] = answer?.type === 'multiRead' ? answer.results.map(valuesOf) : []
  if (!limits || !usage) return null
  const { count = 0, bytes = 0 } = usage
  return { limits, usage: { count, bytes } }
}

type Result = Extract<QueryAnswer, { type: 'multiRead' }>['results'][number]

const valuesOf = (result: Result): QuotaLimits | null =>
  result.ok && result.value.type === 'get' ? parseLimits(textOf(result.value.data)) : null
