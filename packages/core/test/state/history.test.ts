/** The machine beside the naive model: the same histories, the same answers, trees and changes. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { noSession } from '../../src/logic/base/ids.ts'
import { encodeCommand, stampCommand } from '../../src/logic/state/command.ts'
import type { Applied, OperationAnswer, StateMachine } from '../../src/logic/state/contract.ts'
import { createMachine } from '../../src/logic/state/machine.ts'
import { history } from './commands.ts'
import { Model } from './model.ts'
import { codec, next, path } from './world.ts'

const hex = (data: Uint8Array): string => Array.from(data, byte => byte.toString(16)).join(' ')

/** An outcome in the model's words. */
function inWords({ outcome }: Applied): string {
  switch (outcome.type) {
    case 'opened':
      return `opened ${outcome.session} ${outcome.timeoutMs}`
    case 'outOfOrder':
      return `expected ${outcome.expected}`
    case 'replied': {
      const { zxid, result, overQuota = [] } = outcome.reply
      if (!result.ok && result.error.code === 'SessionExpired') return 'SessionExpired'
      const { results, code } = result.ok ? { results: undefined, code: '' } : result.error
      const words = result.ok ? answerInWords(result.value) : (results?.join(',') ?? code)
      return [`${zxid} ${words}`, ...overQuota].join(' over ')
    }
    case 'refused':
    case 'led':
    case 'nothing':
      return outcome.type
  }
}

function answerInWords(answer: OperationAnswer): string {
  switch (answer.type) {
    case 'create':
      return `create ${answer.path} ${JSON.stringify(answer.stat)}`
    case 'set':
    case 'setAcl':
      return `${answer.type} ${JSON.stringify(answer.stat)}`
    case 'multi':
      return `multi ${answer.results.map(answerInWords).join(',')}`
    case 'delete':
    case 'check':
    case 'addAuth':
    case 'setQuota':
    case 'closeSession':
      return answer.type
  }
}

/** Everything that can be read, by everybody who is there and by nobody in particular. */
function expectSameReads(machine: StateMachine, model: Model): void {
  for (const session of [noSession, ...Array.from(machine.sessions(), each => each.session)]) {
    for (const { path: text, acl } of model.nodes) {
      const at = path(text)
      const isOpen = model.mayRead(session, at)
      const refused = { ok: false, error: { code: 'NoAuth' } }
      const read = (answer: object) => (isOpen ? { ok: true, value: answer } : refused)
      const stat = model.stat(at)
      const got = machine.query({ type: 'get', path: at }, session)
      expect(got).toMatchObject(read({ type: 'get', stat }))
      if (got.ok && got.value.type === 'get') expect(hex(got.value.data)).toBe(model.data(at))
      expect(machine.query({ type: 'children', path: at }, session)).toMatchObject(
        read({ type: 'children', children: model.children(at), stat }),
      )
      expect(machine.query({ type: 'exists', path: at }, session)).toMatchObject(
        read({ type: 'exists', stat }),
      )
      const below = model.nodes.filter(
        each => each.path !== text && each.path.startsWith(text === '/' ? '/' : `${text}/`),
      )
      expect(machine.query({ type: 'allChildrenNumber', path: at }, session)).toMatchObject(
        read({ type: 'allChildrenNumber', count: below.length }),
      )
      const lists = machine.query({ type: 'getAcl', path: at }, session)
      if (lists.ok && lists.value.type === 'getAcl') expect(lists.value.acl).toHaveLength(acl.length)
    }
    for (const prefix of ['/', '/a', '/a/x'])
      expect(machine.query({ type: 'ephemerals', path: path(prefix) }, session)).toEqual({
        ok: true,
        value: {
          type: 'ephemerals',
          paths: model.ephemerals(session).filter(each => each.startsWith(prefix)),
        },
      })
  }
}

describe('the machine and the model', () => {
  test('TREE-21 any history comes to what the naive model says', () => {
    fc.assert(
      fc.property(history(60), drafts => {
        const machine = createMachine(codec)
        const model = new Model()
        for (const [timeMs, draft] of drafts) {
          const command = draft(machine)
          const applied = machine.apply(next(machine), stampCommand(timeMs, encodeCommand(codec, command)))
          const expected = model.apply(timeMs, command)
          expect(inWords(applied)).toBe(expected.outcome)
          expect(applied.changes.map(({ type, path }) => `${type} ${path}`)).toEqual(expected.changes)
          expect(applied.changes.every(change => change.zxid === model.zxid)).toBe(true)
        }
        expectSameReads(machine, model)
        for (const nowMs of [0, 3_000, 9_000_000])
          expect(
            machine
              .sweepable(nowMs)
              .map(each => each.path)
              .sort(),
          ).toEqual(model.sweepable(nowMs).sort())
        const open = model.sessions.filter(session => session.open)
        expect(Array.from(machine.sessions())).toEqual(
          open.map(({ id, timeoutMs, lastXid, lastZxid, identities }) => ({
            session: id,
            timeoutMs,
            lastXid,
            lastZxid,
            identities,
          })),
        )
        expect(machine.leadership).toBe(model.leadership)
      }),
      { seed: 31, numRuns: 400 },
    )
  })
})
