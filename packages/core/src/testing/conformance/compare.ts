/**
 * Whether an answer is what the trace states, which may be less than all of it: fields that the trace leaves out are not
 * looked at. Lists are compared in order, but for the entries of an `acl`, which are a set.
 */
import type { Transactions } from './transactions.ts'

const zxidFields: readonly string[] = ['czxid', 'mzxid', 'pzxid']

export function isAsStated(expected: unknown, got: unknown, transactions: Transactions): boolean {
  if (Array.isArray(expected))
    return (
      Array.isArray(got) &&
      got.length === expected.length &&
      expected.every((each, index) => isAsStated(each, got[index], transactions))
    )
  if (typeof expected !== 'object' || expected === null) return expected === got
  if (typeof got !== 'object' || got === null) return false
  const fields = got as { readonly [field: string]: unknown }
  return Object.entries(expected).every(([field, value]) => {
    const other = fields[field]
    if (zxidFields.includes(field) && typeof value === 'string')
      return typeof other === 'number' && transactions.match(value, other)
    if (field === 'acl') return isAsStated(sorted(value), sorted(other), transactions)
    return isAsStated(value, other, transactions)
  })
}

const sorted = (list: unknown): unknown =>
  Array.isArray(list)
    ? list
        .map(each => [JSON.stringify(each), each])
        .sort()
        .map(([, each]) => each)
    : list
