/**
 * Every message of an epoch, against every role and stage, with an epoch that is less than, equal to and greater than the
 * receiver's. The whole table is a file beside this; what must hold for all of it is asserted here.
 */
import { describe, expect, test } from 'vitest'
import { slot } from '../../../src/logic/base/ids.ts'
import { noBallot, showBallot } from '../../../src/logic/consensus/ballot.ts'
import type { Message, Report } from '../../../src/logic/consensus/zab/messages.ts'
import { showMessage } from './show.ts'
import { ballot, diskOf, id, letterOf, recordOf, run, Table } from './table.ts'

const three = ['a', 'b', 'c']
const log = [1, 1, 'one', 'two'] as const
const membership = { voters: three.map(id), observers: [] }
const end = { slot: slot(2), ballot: ballot(1, 'c') }
const report: Report = {
  current: ballot(1, 'c'),
  last: end,
  chosenThrough: slot(2),
  ends: [],
  memberships: [{ from: slot(2), membership }],
}

type Way = (table: Table) => void

const looking = (state: 'looking' | 'leading', vote: string | null): Message => ({
  type: 'notification',
  round: 1,
  state,
  vote: vote === null ? null : id(vote),
  credentials: { current: ballot(1, 'c'), last: { slot: slot(1), ballot: ballot(1, 'c') } },
  able: false,
  hears: true,
})

const elected: Way = table => table.message('a', 'b', looking('looking', 'a'))

const discovering: Way = table => {
  elected(table)
  table.message('a', 'b', { type: 'followerInfo', session: 7, accepted: ballot(4, 'c') })
  table.settle(({ from, to }) => from !== to)
}

const leading: Way = table => {
  discovering(table)
  const acknowledged = { type: 'ackEpoch', session: 7, ballot: ballot(5, 'a'), page: 1, report } as const
  table.message('a', 'b', acknowledged)
  table.settle(({ from, to }) => from !== to)
}

const greeting: Way = table => table.message('a', 'b', looking('leading', 'b'))

const session = (table: Table): number => letterOf(table, 'followerInfo', 'b').session

const synchronising: Way = table => {
  greeting(table)
  table.message('a', 'b', { type: 'newEpoch', session: session(table), ballot: ballot(5, 'b') })
}

const broadcasting: Way = table => {
  synchronising(table)
  const common = { session: session(table), ballot: ballot(5, 'b'), through: slot(2) }
  table.message('a', 'b', { type: 'sync', page: 1, keepThrough: slot(2), runs: [], ...common })
  table.message('a', 'b', { type: 'newLeader', ...common })
}

/** How node a comes to be in epoch 5 in each role. Whom it follows is b. */
const roles: Readonly<Record<string, Way>> = {
  'one that looks': () => {},
  'one that was elected': discovering,
  'a leader': leading,
  'a follower that greets': greeting,
  'a follower that synchronises': synchronising,
  'a follower in the epoch': broadcasting,
}

/** What b says in an epoch; `of` says whose. Answers are given in the session that a is in. */
const messages: Readonly<Record<string, (epoch: number, session: number) => Message>> = {
  followerInfo: epoch => ({ type: 'followerInfo', session: 9, accepted: ballot(epoch, 'c') }),
  newEpoch: (epoch, session) => ({ type: 'newEpoch', session, ballot: ballot(epoch, 'b') }),
  ackEpoch: epoch => ({ type: 'ackEpoch', session: 7, ballot: ballot(epoch, 'a'), page: 1, report }),
  fetch: epoch => ({
    type: 'fetch',
    ballot: ballot(epoch, 'b'),
    page: 1,
    report: { ...report, last: { slot: slot(1), ballot: ballot(1, 'c') }, chosenThrough: slot(1) },
  }),
  history: epoch => ({
    type: 'history',
    ballot: ballot(epoch, 'a'),
    page: 1,
    keepThrough: slot(1),
    runs: [],
    through: slot(1),
  }),
  sync: (epoch, session) => ({
    type: 'sync',
    session,
    ballot: ballot(epoch, 'b'),
    page: 1,
    keepThrough: slot(1),
    runs: [run(ballot(2, 'c'), 2, 'synced')],
    through: slot(2),
  }),
  newLeader: (epoch, session) => ({
    type: 'newLeader',
    session,
    ballot: ballot(epoch, 'b'),
    through: slot(2),
  }),
  ack: epoch => ({
    type: 'ack',
    session: 7,
    ballot: ballot(epoch, 'a'),
    through: slot(2),
    round: 1,
    missing: false,
  }),
  alive: epoch => ({ type: 'alive', session: 7, ballot: ballot(epoch, 'a') }),
  propose: epoch => ({
    type: 'propose',
    run: run(ballot(epoch, 'b'), 3, 'new'),
    chosenThrough: slot(2),
  }),
  inform: epoch => ({ type: 'inform', run: run(ballot(epoch, 'b'), 3, 'new') }),
  commit: epoch => ({ type: 'commit', ballot: ballot(epoch, 'b'), chosenThrough: slot(2) }),
  ping: epoch => ({
    type: 'ping',
    ballot: ballot(epoch, 'b'),
    chosenThrough: slot(2),
    round: 4,
    upToDate: true,
  }),
  refused: epoch => ({ type: 'refused', accepted: ballot(epoch, 'b') }),
  handOver: epoch => ({ type: 'handOver', ballot: ballot(epoch, 'b'), to: id('c') }),
}

const epochs = { less: 4, equal: 5, greater: 6 } as const

interface Outcome {
  readonly text: string
  readonly accepted: number
  readonly current: number
  readonly log: string
  readonly chosen: number
  readonly answers: readonly Message[]
}

function outcomeOf(way: Way, message: (session: number) => Message): Outcome {
  const table = new Table([])
  table.seat('a', diskOf({ accepted: ballot(way === roles['one that looks'] ? 5 : 4, 'c') }, log), three)
  table.input('a')
  way(table)
  const greeted = table.letters.findLast(letter => letter.message.type === 'followerInfo')?.message
  const session = greeted?.type === 'followerInfo' ? greeted.session : 0
  table.letters = []
  table.message('a', 'b', message(session))
  const answers = table.letters.map(letter => letter.message)
  const { accepted, current } = recordOf(table, 'a')
  const status = table.status('a')
  const parts = [
    `${status.role}, accepted ${showBallot(accepted)}, of ${showBallot(current)}, has ${table.log('a')}, chosen ${status.chosenThrough}`,
    ...table.letters.map(letter => `${letter.to}: ${showMessage(letter.message)}`),
  ]
  return {
    text: parts.join('\n      '),
    accepted: accepted.counter,
    current: current.counter,
    log: table.log('a'),
    chosen: status.chosenThrough,
    answers,
  }
}

describe('every message in every role', () => {
  const lines: string[] = []
  for (const [role, way] of Object.entries(roles))
    for (const [name, message] of Object.entries(messages))
      for (const [relation, epoch] of Object.entries(epochs)) {
        test(`ZAB-5 ZAB-11 ${role} hears ${name} of ${relation === 'equal' ? 'an' : 'a'} ${relation} epoch`, () => {
          const before = outcomeOf(way, () => ({ type: 'refused', accepted: noBallot }))
          const after = outcomeOf(way, session => message(epoch, session))
          lines.push(`${role}, ${name} of ${epoch}\n      ${after.text}`)
          expect(after.accepted).toBeGreaterThanOrEqual(before.accepted)
          expect(after.current).toBeGreaterThanOrEqual(before.current)
          expect(after.chosen).toBeGreaterThanOrEqual(before.chosen)
          expect(after.current).toBeLessThanOrEqual(after.accepted)
          for (const answer of after.answers)
            if (answer.type === 'ack' || answer.type === 'ackEpoch')
              expect(answer.ballot.counter).toBe(after.accepted)
          // Only an epoch that this node accepted, from whom it follows, changes anything.
          if (relation !== 'equal' && name !== 'history') expect(after.log).toBe(before.log)
        })
      }

  test('ZAB-5 ZAB-11 the whole table', async () => {
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('traces/handlers.txt')
  })
})
