/**
 * Every message of a term, against every role, with a term that is less than, equal to and greater than the receiver's.
 * The whole table is a file beside this; what must hold for all of it is asserted here.
 */
import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../../src/logic/base/assert.ts'
import { nodeId, slot } from '../../../src/logic/base/ids.ts'
import type { Message, Place } from '../../../src/logic/consensus/raft/messages.ts'
import { Scenario, showMessage, termOf } from './scenario.ts'

const a = nodeId('a')
const b = nodeId('b')
const c = nodeId('c')
const voters = ['a', 'b', 'c']
const log = [[1, 1, 'one', 'two']] as const

type Way = (table: Scenario) => void

const say =
  (from: string, message: Message): Way =>
  table =>
    table.input('a', { type: 'message', from: nodeId(from), message })

const standing: Way = table => {
  table.loseHope('a')
  const asked = table.letters.find(({ message }) => message.type === 'preVote')?.message
  if (asked?.type !== 'preVote') throw new Error('a asks for pre-votes')
  say('b', { type: 'preVoteReply', ballot: asked.ballot, granted: true, term: 0 })(table)
}

/** How node a comes to be in term 5 in each role. The leader of a term that another leads is b. */
const roles: Readonly<Record<string, { readonly term: number; readonly way: Way }>> = {
  'a follower of nobody': { term: 5, way: () => {} },
  'a follower of b': {
    term: 5,
    way: say('b', { type: 'heartbeat', ballot: { counter: 5, node: b }, chosenThrough: slot(0), round: 3 }),
  },
  'a pre-candidate': { term: 5, way: table => table.loseHope('a') },
  'a candidate': { term: 4, way: standing },
  'a leader': {
    term: 4,
    way: table => {
      standing(table)
      table.settle(() => false)
      say('b', { type: 'vote', ballot: { counter: 5, node: a } })(table)
      table.settle(() => false)
    },
  },
}

const upToDate: Place = { slot: slot(9), ballot: termOf(3) }
/** The end of the log of a leader's successor: it has the leader's own entry. */
const caughtUp: Place = { slot: slot(3), ballot: { counter: 5, node: a } }
const behind: Place = { slot: slot(1), ballot: termOf(1) }

/** What b or c says in a term. Answers to a are in a ballot of a's. */
const messages: Readonly<Record<string, (counter: number) => readonly [string, Message]>> = {
  'preVote of a log that is up to date': counter => [
    'c',
    { type: 'preVote', ballot: { counter, node: c }, end: upToDate },
  ],
  'preVote of a log that is behind': counter => [
    'c',
    { type: 'preVote', ballot: { counter, node: c }, end: behind },
  ],
  'preVoteReply, granted': counter => [
    'c',
    { type: 'preVoteReply', ballot: { counter: 6, node: a }, granted: true, term: counter },
  ],
  'requestVote of a log that is up to date': counter => [
    'c',
    { type: 'requestVote', ballot: { counter, node: c }, end: upToDate, transfer: false },
  ],
  'requestVote of a log that is behind': counter => [
    'c',
    { type: 'requestVote', ballot: { counter, node: c }, end: behind, transfer: false },
  ],
  'requestVote by transfer': counter => [
    'c',
    { type: 'requestVote', ballot: { counter, node: c }, end: caughtUp, transfer: true },
  ],
  vote: counter => ['c', { type: 'vote', ballot: { counter, node: a } }],
  'append that fits': counter => ['b', append(counter, { slot: slot(2), ballot: termOf(1) })],
  'append that does not fit': counter => ['b', append(counter, { slot: slot(2), ballot: termOf(2) })],
  appended: counter => ['b', { type: 'appended', ballot: { counter, node: a }, through: slot(3), round: 1 }],
  mismatched: counter => [
    'b',
    { type: 'mismatched', ballot: { counter, node: a }, prevSlot: slot(2), hint: behind },
  ],
  heartbeat: counter => [
    'b',
    { type: 'heartbeat', ballot: { counter, node: b }, chosenThrough: slot(2), round: 4 },
  ],
  chosen: counter => ['b', { type: 'chosen', ballot: { counter, node: b }, chosenThrough: slot(2) }],
  refused: counter => ['b', { type: 'refused', term: counter }],
  timeoutNow: counter => ['b', { type: 'timeoutNow', ballot: { counter, node: b } }],
}

function append(counter: number, prev: Place): Message {
  const ballot = { counter, node: b }
  const run = { ballot, firstSlot: slot(3), values: [new TextEncoder().encode('new')] }
  return { type: 'append', ballot, prev, runs: [run], chosenThrough: slot(0) }
}

interface Outcome {
  readonly before: string
  readonly after: string
  readonly answers: readonly string[]
}

const shown = ({ role, ballot, leader }: ReturnType<Scenario['status']>) =>
  `${role}${leader === null ? '' : ` of ${leader}`} in ${ballot.counter}`

function outcome(role: string, message: string, counter: number): Outcome {
  const table = new Scenario([])
  const { term, way } = roles[role] ?? { term: 0, way: () => {} }
  table.stored('a', term, voters, log)
  way(table)
  table.settle(() => false)
  const before = shown(table.status('a'))
  const [from, said] = messages[message]?.(counter) ?? ['b', { type: 'refused', term: 0 }]
  try {
    say(from, said)(table)
  } catch (error) {
    if (!(error instanceof InvariantError)) throw error
    return { before, after: `stops: ${error.message}`, answers: [] }
  }
  const answers = table.letters.map(({ to, message: answer }) => `${to}: ${showMessage(answer)}`)
  return { before, after: shown(table.status('a')), answers }
}

const relations = [
  ['less than', 4],
  ['equal to', 5],
  ['greater than', 6],
] as const

const rows = Object.keys(roles).flatMap(role =>
  Object.keys(messages).flatMap(message =>
    relations.map(([relation, counter]) => ({
      role,
      message,
      relation,
      ...outcome(role, message, counter),
    })),
  ),
)

describe('each message in each role', () => {
  test('RAFT-4 the whole table', async () => {
    const lines = rows.map(({ role, message, relation, after, answers }) => {
      const said = answers.length === 0 ? 'says nothing' : answers.join('; ')
      return `${role}, ${message}, term ${relation} its own\n    ${after}; ${said}`
    })
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('./traces/handlers.txt')
  })

  const ofRelation = (relation: string) => rows.filter(row => row.relation === relation)

  test.each(ofRelation('less than').filter(({ message }) => !message.startsWith('preVoteReply')))(
    'RAFT-4 $role hears $message of a term that is over: nothing changes',
    ({ message, before, after, answers }) => {
      expect(after).toBe(before)
      const isRequest = /^(append that|heartbeat|requestVote)/.test(message)
      if (isRequest) expect(answers.join()).toMatch(/: refused, in 5$/)
      else if (!message.startsWith('preVote')) expect(answers).toEqual([])
    },
  )

  test.each(ofRelation('greater than').filter(({ message }) => /^(append that|heartbeat)/.test(message)))(
    'RAFT-4 $role hears $message of a later term: it follows',
    ({ after }) => expect(after).toMatch(/follower of b in 6/),
  )

  test.each(ofRelation('greater than').filter(({ message }) => /^(refused|preVoteReply)/.test(message)))(
    'RAFT-4 $role hears $message of a later term: it follows nobody yet',
    ({ after }) => expect(after).toBe('follower in 6'),
  )

  test.each(rows.filter(({ message }) => /^(preVote of|appended|mismatched|chosen)/.test(message)))(
    'RAFT-5 $role hears $message, term $relation its own: neither its role nor its term changes',
    ({ before, after }) => expect(after).toBe(before),
  )

  test.each(
    rows.filter(
      ({ role, message }) =>
        /^(a leader|a follower of b)/.test(role) && /^(preVote of|requestVote of)/.test(message),
    ),
  )('RAFT-6 $role hears $message, term $relation its own: no vote while a leader is heard', row => {
    expect(row.after).toBe(row.before)
    expect(row.answers.join()).not.toMatch(/ yes,|: vote /)
  })

  test.each(rows.filter(({ message }) => message.includes('behind')))(
    'RAFT-3 $role hears $message, term $relation its own: no vote for it',
    ({ answers }) => expect(answers.join()).not.toMatch(/ yes,|: vote /),
  )

  test.each(rows.filter(({ role, message }) => role === 'a leader' && message === 'requestVote by transfer'))(
    'RAFT-16 a leader hears $message, term $relation its own: it votes in a later term only',
    ({ relation, answers }) =>
      expect(answers.some(each => /: vote 6/.test(each))).toBe(relation === 'greater than'),
  )

  test('RAFT-4 two leaders of one term stop whoever meets both', () => {
    const both = rows.filter(({ role, message, relation }) => {
      return role === 'a leader' && relation === 'equal to' && /^(append that|heartbeat)/.test(message)
    })
    expect(both.map(({ after }) => after)).toEqual(
      Array.from({ length: 3 }, () => 'stops: term 5 has one leader'),
    )
  })
})
