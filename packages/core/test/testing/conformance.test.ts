import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { isAsStated } from '../../src/testing/conformance/compare.ts'
import { compareEvents } from '../../src/testing/conformance/events.ts'
import { runTraces, type TraceResult } from '../../src/testing/conformance/run-traces.ts'
import { Transactions } from '../../src/testing/conformance/transactions.ts'

test('CONF-1 names of transactions', () => {
  const transactions = new Transactions(10)
  expect(transactions.match('@base', 10)).toBe(true)
  expect(transactions.match('@base', 11)).toBe(false)
  expect(transactions.match('@3', 10)).toBe(false)
  expect(transactions.match('@3', 15)).toBe(true)
  expect(transactions.match('@3', 16)).toBe(false)
  expect(transactions.match('@4', 15)).toBe(false)
  expect(transactions.match('@4', 14)).toBe(false)
  expect(transactions.match('@2', 16)).toBe(false)
  expect(transactions.match('@2', 12)).toBe(true)
  expect([5, 12, 15, 99].map(zxid => transactions.name(zxid))).toEqual(['@base', '@2', '@3', 'zxid 99'])
})

test.each<[string, unknown, unknown, boolean]>([
  ['more than stated', { a: 1 }, { a: 1, b: 2 }, true],
  ['less than stated', { a: 1, b: 2 }, { a: 1 }, false],
  ['another value', { a: null }, { a: 0 }, false],
  ['a list in another order', [1, 2], [2, 1], false],
  ['a longer list', [1], [1, 2], false],
  [
    'permissions in another order',
    { acl: [{ id: 'a' }, { id: 'b' }] },
    { acl: [{ id: 'b' }, { id: 'a' }] },
    true,
  ],
  ['other permissions', { acl: [{ id: 'a' }] }, { acl: [{ id: 'b' }] }, false],
  ['a zxid', { stat: { czxid: '@1' } }, { stat: { czxid: 7 } }, true],
  ['a zxid from before', { stat: { czxid: '@1' } }, { stat: { czxid: 3 } }, false],
])('CONF-2 %s', (_, stated, got, isSame) => {
  expect(isAsStated(stated, got, new Transactions(5))).toBe(isSame)
})

const told = (...words: readonly string[]) =>
  words.map(text => {
    const [s = '', watch = '', type = '', path = ''] = text.split(' ')
    return { s, watch, type, path }
  })

test.each<[string, string, readonly string[], readonly string[], boolean]>([
  [
    'watchers of one change in any order',
    'setData',
    ['a w1 X /t', 'a w2 X /t'],
    ['a w2 X /t', 'a w1 X /t'],
    true,
  ],
  ['changes in another order', 'delete', ['a w X /t', 'a w Y /t'], ['a w Y /t', 'a w X /t'], false],
  ['changes in another order on a close', 'close', ['a w X /t', 'a w Y /t'], ['a w Y /t', 'a w X /t'], true],
  ['sessions beside each other', 'delete', ['a w X /t', 'b w X /t'], ['b w X /t', 'a w X /t'], true],
  ['one told too much', 'delete', ['a w X /t'], ['a w X /t', 'a v X /t'], false],
  ['one not told', 'close', ['a w X /t', 'a v X /t'], ['a w X /t'], false],
  ['the same change twice', 'multi', ['a w X /t', 'a w X /t'], ['a w X /t'], false],
])('CONF-3 %s', (_, op, stated, got, isSame) => {
  expect(compareEvents(op, told(...stated), told(...got)) === null).toBe(isSame)
})

const recorded = (name: string) =>
  readFileSync(new URL(`../../conformance/rules/${name}.json`, import.meta.url), 'utf8')

async function resultsOf(...texts: readonly string[]): Promise<readonly TraceResult[]> {
  const results: TraceResult[] = []
  await runTraces('multi-paxos', texts, result => results.push(result))
  return results
}

test('CONF-4 traces pass, and fail where anything differs', async () => {
  const gap = recorded('watches-gap')
  const [right, answer, event, order] = await resultsOf(
    gap,
    gap.replace('"dataLength":1', '"dataLength":2'),
    gap.replace('{"s":"c","watch":"all","type":"NodeDataChanged","path":"/t/star"}', ''),
    gap.replace('"watch":"one","ok":{"data":"2"', '"watch":"one","ok":{"data":"1"'),
  )
  expect(right).toEqual({ name: 'watches-gap', failure: null })
  expect(answer?.failure).toMatchObject({ index: 6, got: { ok: { stat: { dataLength: 1 } } } })
  expect(typeof event?.failure).toBe('string')
  expect(order?.failure).toMatchObject({
    index: 8,
    expected: { ok: { data: '1' } },
    got: { ok: { data: '2' } },
  })
})

test('CONF-4 a trace that states another event fails at its step', async () => {
  const [result] = await resultsOf(
    recorded('watches-gap').replace(
      '"watch":"all","type":"NodeDataChanged"',
      '"watch":"all","type":"NodeCreated"',
    ),
  )
  expect(result?.failure).toMatchObject({
    index: 6,
    got: [
      ['b', expect.anything()],
      ['c', ['NodeDataChanged /t/star: all']],
    ],
  })
})
