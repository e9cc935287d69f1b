import { describe, expect, test } from 'vitest'
import { createCodec } from '../../src/host/codec.ts'
import { nodeId, sessionId, slot, xid } from '../../src/logic/base/ids.ts'
import type { Ballot } from '../../src/logic/consensus/ballot.ts'
import type { Persist } from '../../src/logic/consensus/engine.ts'
import type { Run, Value } from '../../src/logic/consensus/value.ts'
import type { Step } from '../../src/logic/replica/step.ts'
import { type Command, encodeCommand, type Operation, stampCommand } from '../../src/logic/state/command.ts'
import { Acceptors } from '../../src/sim/invariants/acceptors.ts'
import { Answers } from '../../src/sim/invariants/answers.ts'
import { Decisions } from '../../src/sim/invariants/decisions.ts'
import { Digests } from '../../src/sim/invariants/digests.ts'
import { type EngineView, engineView } from '../../src/sim/invariants/engine-view.ts'
import { Jumps } from '../../src/sim/invariants/jumps.ts'
import { Proposers } from '../../src/sim/invariants/proposers.ts'
import { Twin } from '../../src/sim/invariants/twin.ts'
import type { Running } from '../../src/sim/observer.ts'
import { pathOf } from '../../src/sim/workload/requests.ts'

const founders = ['a', 'b', 'c'].map(nodeId)
const ballot = (counter: number, node: string): Ballot => ({ counter, node: nodeId(node) })
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const run = (of: Ballot, firstSlot: number, ...texts: readonly string[]): Run => ({
  ballot: of,
  firstSlot: slot(firstSlot),
  values: texts.map(bytes),
})

const view: EngineView = (() => {
  const found = engineView('multi-paxos')
  if (found === null) throw new Error('Multi-Paxos is understood')
  return found
})()

interface Shown {
  readonly incarnation?: number
  readonly applied?: number
  readonly digest?: number
  readonly leads?: Ballot
}

/** As much of a running replica as checkers look at. */
function running(id: string, { incarnation = 1, applied = 0, digest = 0, leads }: Shown = {}): Running {
  const status = () => ({ role: leads ? 'leader' : 'follower', ballot: leads ?? ballot(0, '0') })
  const machine = { appliedThrough: slot(applied), digest: () => digest }
  return { id: nodeId(id), incarnation, replica: { status }, machine } as unknown as Running
}

const step = (...decided: readonly (readonly [number, Value])[]): Step => ({
  send: [],
  deliver: [],
  persist: null,
  sendAfterPersist: [],
  decided: decided.map(([at, value]) => ({ slot: slot(at), value })),
})

const nothing = { hardState: null, log: [], snapshot: null }
const writes = (promised: Ballot, ...runs: readonly Run[]): Persist => ({
  hardState: { promised, chosenThrough: 0 },
  log: runs.map(each => ({ type: 'append', run: each })),
  snapshot: null,
})
const engine = (message: unknown) => [{ type: 'engine', message }] as const

function watched() {
  const acceptors: Acceptors = new Acceptors(view, () => decisions)
  const decisions: Decisions = new Decisions(founders, chosen => acceptors.decided(chosen))
  return { acceptors, decisions }
}

describe('decisions', () => {
  const alone = () => new Decisions(founders, () => {})

  test('CHECK-1 two values for one slot are found, also over a restart', () => {
    const decisions = alone()
    decisions.stepped(running('a'), step([1, bytes('x')]))
    decisions.stepped(running('b'), step([1, bytes('x')]))
    decisions.started(running('b', { incarnation: 2 }), nothing)
    expect(() => decisions.stepped(running('b'), step([1, bytes('y')]))).toThrow('was chosen')
  })

  test('CHECK-1 a slot that is left out, or given out twice, is found', () => {
    expect(() => alone().stepped(running('a'), step([2, bytes('x')]))).toThrow('after 0')
    const decisions = alone()
    decisions.stepped(running('a'), step([1, bytes('x')]))
    expect(() => decisions.stepped(running('a'), step([1, bytes('x')]))).toThrow('after 1')
  })
})

describe('acceptors', () => {
  test('CHECK-2 a decision that no quorum holds on disk, in one ballot, is found', () => {
    const { acceptors, decisions } = watched()
    acceptors.wrote(nodeId('a'), writes(ballot(1, 'a'), run(ballot(1, 'a'), 1, 'x')))
    acceptors.wrote(nodeId('b'), writes(ballot(2, 'b'), run(ballot(2, 'b'), 1, 'x')))
    expect(() => decisions.stepped(running('a'), step([1, bytes('x')]))).toThrow('no quorum')
  })

  test('CHECK-2 a higher ballot that carries another value than the chosen one is found', () => {
    const { acceptors, decisions } = watched()
    for (const node of ['a', 'b'])
      acceptors.wrote(nodeId(node), writes(ballot(1, 'a'), run(ballot(1, 'a'), 1, 'x')))
    decisions.stepped(running('a'), step([1, bytes('x')]))
    const other = writes(ballot(2, 'c'), run(ballot(2, 'c'), 1, 'y'))
    expect(() => acceptors.wrote(nodeId('c'), other)).toThrow('was chosen as')
  })

  test('CHECK-3 a promise that falls, is broken or is told before it is written is found', () => {
    const { acceptors } = watched()
    acceptors.wrote(nodeId('a'), writes(ballot(5, 'b')))
    expect(() => acceptors.wrote(nodeId('a'), writes(ballot(4, 'b')))).toThrow('had promised')
    expect(() => acceptors.started(running('a'), { ...nothing, hardState: null })).toThrow('had promised')
    acceptors.stepped(running('a'), step())
    const late = writes(ballot(5, 'b'), run(ballot(4, 'b'), 1, 'x'))
    expect(() => acceptors.wrote(nodeId('a'), late)).toThrow('having promised')
    const promise = (of: Ballot) =>
      engine({ type: 'promise', ballot: of, from: 1, through: 0, complete: true, runs: [] })
    expect(() => acceptors.sent(running('a'), nodeId('b'), promise(ballot(6, 'b')))).toThrow('on disk')
    expect(() => acceptors.sent(running('a'), nodeId('b'), promise(ballot(4, 'b')))).toThrow(
      'having promised',
    )
  })

  test('CHECK-3 vouching for what is not written is found', () => {
    const { acceptors } = watched()
    acceptors.wrote(nodeId('a'), writes(ballot(1, 'b'), run(ballot(1, 'b'), 1, 'x')))
    const accepted = (through: number) =>
      engine({ type: 'accepted', ballot: ballot(1, 'b'), through, round: 0 })
    acceptors.sent(running('a'), nodeId('b'), accepted(1))
    expect(() => acceptors.sent(running('a'), nodeId('b'), accepted(2))).toThrow('slot 2')
  })
})

describe('proposers', () => {
  const accept = (of: Ballot, text: string) =>
    engine({ type: 'accept', run: run(of, 1, text), chosenThrough: 0 })

  test('CHECK-4 a ballot with two values, two users, two lives or two leaders is found', () => {
    const proposers = new Proposers(view)
    const own = ballot(1, 'a')
    proposers.sent(running('a'), nodeId('b'), accept(own, 'x'))
    proposers.sent(running('a'), nodeId('c'), accept(own, 'x'))
    expect(() => proposers.sent(running('a'), nodeId('b'), accept(own, 'y'))).toThrow('proposed')
    expect(() => proposers.sent(running('b'), nodeId('c'), accept(own, 'x'))).toThrow('is used by b')
    const prepare = engine({ type: 'prepare', ballot: own, from: 1 })
    expect(() => proposers.sent(running('a', { incarnation: 2 }), nodeId('c'), prepare)).toThrow('in life 2')
    proposers.stepped(running('a', { leads: own }), step())
    expect(() => proposers.stepped(running('b', { leads: own }), step())).toThrow('both lead')
  })
})

test('CHECK-5 replicas that hold different states at one slot are found', () => {
  const digests = new Digests()
  const applied = step([3, bytes('x')])
  digests.stepped(running('a', { applied: 3, digest: 7 }), applied)
  digests.stepped(running('b', { applied: 3, digest: 7 }), applied)
  expect(() => digests.stepped(running('c', { applied: 3, digest: 8 }), applied)).toThrow('others held 7')
})

describe('watches', () => {
  const codec = createCodec()
  const life = { node: nodeId('a'), incarnation: 1 }
  const path = pathOf('/k')
  const create: Operation = { type: 'create', path, data: bytes('v'), mode: 'persistent' }
  const remove: Operation = { type: 'delete', path, version: -1 }

  /** Slot 1 opens a session; the slots after it hold `operations`. */
  function logOf(...operations: readonly Operation[]) {
    const twin = new Twin(codec)
    const jumps = new Jumps()
    const answers = new Answers(twin, jumps, () => slot(0))
    const session = sessionId(1)
    const commands: readonly Command[] = [
      { type: 'openSession', token: 't', timeoutMs: 4_000 },
      ...operations.map((operation, index): Command => {
        return { type: 'request', session, xid: xid(index + 1), acknowledged: xid(0), operation }
      }),
    ]
    for (const [index, command] of commands.entries())
      twin.apply({
        slot: slot(index + 1),
        value: stampCommand(0, encodeCommand(codec, command)),
        key: '',
        membership: { voters: [], observers: [] },
      })
    jumps.started(running('a'), nothing)
    const applies = (through: number, ...decided: readonly (readonly [number, Value])[]) =>
      jumps.stepped(running('a', { applied: through }), step(...decided))
    return {
      answers,
      applies,
      toTell: (from: number, through: number) => answers.changeToTell(life, path, slot(from), slot(through)),
    }
  }

  test('CHECK-6 what was applied slot by slot has to be told, each change of it', () => {
    const { applies, toTell } = logOf(create, remove)
    for (const at of [1, 2, 3]) applies(at, [at, bytes('x')])
    expect([toTell(1, 1), toTell(1, 3), toTell(2, 3), toTell(3, 3)]).toEqual([0, 2, 3, 0])
  })

  test('CHECK-6 of what a snapshot jumped over the difference has to be told, and no more', () => {
    const { applies, toTell } = logOf(create, remove, create, remove, create)
    applies(1, [1, bytes('x')])
    applies(5)
    expect(toTell(1, 2)).toBe(0)
    expect(toTell(1, 5)).toBe(0)
    applies(6, [6, bytes('x')])
    expect(toTell(1, 6)).toBe(6)
    const other = logOf(create, remove, create)
    other.applies(2, [1, bytes('x')], [2, bytes('x')])
    other.applies(4)
    expect(other.toTell(2, 3)).toBe(4)
  })
})
