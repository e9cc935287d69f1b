import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nodeId, slot } from '../../src/logic/base/ids.ts'
import { forkSlots, forkThroughMax } from '../../src/logic/base/limits.ts'
import type { Operation } from '../../src/logic/state/command.ts'
import type { StateMachine } from '../../src/logic/state/contract.ts'
import { forkState } from '../../src/logic/state/fork.ts'
import { withSession } from '../../src/logic/state/lifetime.ts'
import { createMachine } from '../../src/logic/state/machine.ts'
import { SessionTable } from '../../src/logic/state/sessions.ts'
import { encodeState } from '../../src/logic/state/snapshot.ts'
import { Tree } from '../../src/logic/state/tree.ts'
import { history } from './commands.ts'
import { applyTo, furnished, rewrite, type Snapshot } from './furnished.ts'
import { bytes, codec, create, createWorld, line, path, setAcl, text } from './world.ts'

const configuration = { members: [{ id: nodeId('next'), role: 'voter' }] } as const
const configPath = '/zookeeper/config'

function fork(machine: StateMachine): StateMachine {
  const forked = forkState(codec, machine.snapshot(), configuration)
  const next = createMachine(codec)
  expect(forked.ok && next.restore(forked.value.state).ok).toBe(true)
  expect(forked.ok && forked.value.through).toBe(next.appliedThrough)
  return next
}

function rowsOf(machine: StateMachine): Snapshot {
  let rows: Snapshot | null = null
  rewrite(machine.snapshot(), snapshot => {
    rows = structuredClone(snapshot)
  })
  return rows ?? expect.fail('rows')
}

/** Everything of every znode but what the end of a session moves, and the members. */
const kept = ({ znodes, acls }: Snapshot) =>
  znodes
    .filter(([at]) => at !== configPath)
    .map(
      ([at, data, czxid, mzxid, _pzxid, ctime, mtime, version, childCreates, lifetime, list, aversion]) => [
        [at, data, czxid, mzxid, ctime, mtime, version, childCreates, lifetime],
        [acls[Number(list ?? 0)], aversion ?? 0],
      ],
    )

/** Ends every session in a slot of its own. */
function endAll(machine: StateMachine): void {
  const { leadership } = machine
  for (const { session, lastZxid } of [...machine.sessions()])
    applyTo(machine, 0, { type: 'expireSession', session, lastZxid, leadership })
}

describe('the state of a fork', () => {
  test('FORK-1 is the tree without sessions, ephemerals and leadership, whatever was applied', () => {
    fc.assert(
      fc.property(history(60), drafts => {
        const machine = createMachine(codec)
        for (const [timeMs, draft] of drafts) applyTo(machine, timeMs, draft(machine))
        const digest = machine.digest()
        const next = fork(machine)
        expect(machine.digest()).toBe(digest)
        endAll(machine)
        expect(kept(rowsOf(next))).toEqual(kept(rowsOf(machine)))
        expect([...next.sessions()]).toEqual([])
        expect(next.leadership).toBe(0)
        expect(rowsOf(next).timeMs).toBe(rowsOf(machine).timeMs)
      }),
      { seed: 51, numRuns: 150 },
    )
  })

  test('FORK-1 shows the one member, and goes on: sessions are opened, quotas and lists of permissions hold', () => {
    const world = createWorld(fork(furnished().machine))
    const answer = world.machine.query({ type: 'get', path: path(configPath) })
    const shown = answer.ok && answer.value.type === 'get' ? text(answer.value.data) : expect.fail('members')
    const version = world.machine.appliedThrough
    expect(JSON.parse(shown)).toEqual({ version, members: configuration.members })
    const session = world.open()
    expect(session).toBe(version + 1)
    const code = (operation: Operation) => {
      const { result } = world.request(session, operation).reply
      return result.ok ? 'ok' : result.error.code
    }
    expect(code(create('/a/large', 'persistent', new Uint8Array(100)))).toBe('QuotaExceeded')
    expect(code(setAcl('/a', [line('world', 'anyone', 'rwcda')]))).toBe('NoAuth')
    expect(code(create('/new', 'ephemeral', bytes('x')))).toBe('ok')
  })

  test('FORK-2 the end of the sessions moves their ephemerals parents in the fork s own zxid, far above all others', () => {
    const world = createWorld()
    const session = world.open()
    world.request(session, create('/a'))
    world.request(session, create('/b'))
    world.request(session, create('/a/x', 'ephemeral'))
    const before = world.stat('/a')
    const untouched = world.stat('/b')
    const { appliedThrough } = world.machine
    const next = createWorld(fork(world.machine))
    expect(next.machine.appliedThrough).toBe(appliedThrough + forkSlots)
    const moved = {
      pzxid: next.machine.appliedThrough,
      cversion: (before?.cversion ?? 0) + 1,
      numChildren: 0,
    }
    expect(next.stat('/a')).toEqual({ ...before, ...moved })
    expect(next.stat('/b')).toEqual(untouched)
  })

  test('FORK-2 forks of forks go on rising, up to where too few zxids are left', () => {
    let machine = createMachine(codec)
    for (let times = 1; times <= 3; times++) {
      machine = fork(machine)
      expect(machine.appliedThrough).toBe(times * forkSlots)
    }
    const at = (appliedThrough: number) => {
      const header = { appliedThrough: slot(appliedThrough), leadership: slot(0), timeMs: 0 }
      return encodeState(codec, { tree: Tree.initial(), sessions: new SessionTable(), header })
    }
    const last = forkState(codec, at(forkThroughMax), configuration)
    expect(last.ok && Number.isSafeInteger(last.value.through + forkSlots - 1)).toBe(true)
    const refused = forkState(codec, at(forkThroughMax + 1), configuration)
    expect(refused).toMatchObject({ ok: false, error: { code: 'LimitExceeded' } })
  })

  test('FORK-3 what is no snapshot is refused', () => {
    const malformed = [bytes(), bytes('nonsense'), createMachine(codec).snapshot().subarray(1)]
    for (const each of malformed)
      expect(forkState(codec, each, configuration)).toMatchObject({ error: { code: 'BadArguments' } })
    const orphan = rewrite(furnished().machine.snapshot(), snapshot => {
      const row = snapshot.znodes.find(([at]) => at === '/a') ?? expect.fail('/a')
      row[9] = withSession(slot(77) as never)
    })
    expect(forkState(codec, orphan, configuration).ok).toBe(false)
  })
})
