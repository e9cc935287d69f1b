import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseRequest } from '../../src/host/worker/parse-request.ts'

const session = 7
const position = { session, id: 1, afterXid: 0, seenZxid: 0 }
const line = { scheme: 'world', id: 'anyone', perms: 31 }
const create = { type: 'create', path: '/a', data: new Uint8Array(3), mode: 'persistent', acl: [line] }
const write = { type: 'write', session, xid: 1, acknowledged: 0 }
const read = { type: 'read', ...position, consistency: 'sequential', watch: null }
const requests = [
  { ...write, operation: { ...create, mode: 'persistentWithTTL', ttlMs: 5 } },
  { ...write, operation: { type: 'setAcl', path: '/a', acl: [line], version: 3 } },
  { ...write, operation: { type: 'multi', operations: [create, { type: 'check', path: '/a', version: 0 }] } },
  { ...write, operation: { type: 'addAuth', scheme: 'digest', id: 'u:x' } },
  { ...write, operation: { type: 'setQuota', path: '/a', limits: { count: 1 } } },
  { ...read, query: { type: 'whoAmI' } },
  { ...read, query: { type: 'multiRead', queries: [{ type: 'children', path: '/a' }] } },
  { type: 'open', token: 'token', timeoutMs: 5_000 },
  { type: 'write', session, xid: 1, acknowledged: 0, operation: { type: 'delete', path: '/a', version: -1 } },
  { type: 'read', ...position, consistency: 'sequential', query: { type: 'get', path: '/a' }, watch: 1 },
  { type: 'read', ...position, consistency: 'linearizable', query: null, watch: null },
  { type: 'addWatch', ...position, watch: 1, kind: 'persistent', path: '/a', from: null },
  { type: 'addWatch', ...position, watch: 1, kind: 'persistentRecursive', path: '/a', from: 'now' },
  { type: 'addWatch', ...position, watch: 1, kind: 'persistentRecursive', path: '/', from: 12 },
  { type: 'removeWatches', ...position, watch: null, path: '/a', selection: 'any' },
  { type: 'removeWatches', ...position, watch: 3, path: '/a', selection: 'children' },
  {
    type: 'setWatches',
    ...position,
    watches: [
      { watch: 1, kind: 'data', path: '/a', from: 5, resumable: false },
      { watch: 2, kind: 'persistentRecursive', path: '/', from: 0, resumable: true },
    ],
  },
  { type: 'setWatches', ...position, watches: [] },
  { type: 'cancel', session, id: 1, unset: null },
  { type: 'cancel', session, id: 1, unset: { watch: 3, kind: 'children', path: '/a' } },
  { type: 'ping', session },
]

test.each(requests)('DOOR-1 a request $type is itself', request => {
  expect(parseRequest(request)).toEqual(request)
})

const garbage = fc.oneof(
  fc.anything(),
  fc.constantFrom(-1, 0.5, Number.NaN, 2 ** 53, '', 'a', '/a/', null, undefined, [], {}, true),
)

test('DOOR-2 one watch that is none, or cannot be resumed, makes setWatches no request', () => {
  const whole = { watch: 1, kind: 'data', path: '/a', from: 5, resumable: false }
  const wrong = { kind: 'all', path: 'a', watch: -1, from: null, resumable: true }
  for (const [field, value] of Object.entries(wrong)) {
    const watches = [whole, { ...whole, [field]: value }]
    expect(parseRequest({ type: 'setWatches', ...position, watches })).toBeNull()
  }
  expect(parseRequest({ type: 'setWatches', ...position, watches: [whole, whole] })).not.toBeNull()
})

test('DOOR-2 garbage is no request, and never throws', () => {
  fc.assert(
    fc.property(fc.anything(), value => {
      parseRequest(value)
    }),
    { seed: 3, numRuns: 2_000 },
  )
})

test('DOOR-2 a request with garbage in one field is refused, or that field is as good as another', () => {
  fc.assert(
    fc.property(fc.constantFrom(...requests), fc.nat(9), garbage, (request, index, value) => {
      const fields = Object.keys(request)
      const field = fields[index % fields.length] ?? ''
      const parsed = parseRequest({ ...request, [field]: value })
      if (parsed === null) return
      expect(parseRequest(parsed)).toEqual(parsed)
      for (const each of Object.values(parsed)) expect(each).not.toBeUndefined()
    }),
    { seed: 4, numRuns: 5_000 },
  )
})
