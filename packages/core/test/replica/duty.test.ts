import { describe, expect, test } from 'vitest'
import { createCodec } from '../../src/host/codec.ts'
import { nodeId, type SessionId, sessionId, slot, xid } from '../../src/logic/base/ids.ts'
import { departedAgainTicks, departedTicks, sweepTicks } from '../../src/logic/base/limits.ts'
import { Duty } from '../../src/logic/replica/duty.ts'
import { type Command, encodeCommand, type Operation, stampCommand } from '../../src/logic/state/command.ts'
import { createMachine } from '../../src/logic/state/machine.ts'
import { path } from '../state/world.ts'

const [a, b] = [nodeId('a'), nodeId('b')]
const nobody = () => false

/** One log, applied by one machine, and what two replicas make of it. */
function ensemble() {
  const codec = createCodec()
  const machine = createMachine(codec)
  const duties = new Map([a, b].map(node => [node, new Duty(node)]))
  const apply = (command: Command) => {
    const bytes = stampCommand(1_000, encodeCommand(codec, command))
    const applied = machine.apply(slot(machine.appliedThrough + 1), bytes)
    const { outcome, ended } = applied
    for (const duty of duties.values()) {
      if (outcome.type === 'led') duty.led(outcome.node, machine.leadership, machine.sessions())
      const view = outcome.type === 'opened' ? machine.session(outcome.session) : undefined
      if (view !== undefined) duty.opened(view)
      for (const { session } of ended) duty.ended(session)
    }
    return applied
  }
  const duty = (node: typeof a): Duty => {
    const found = duties.get(node)
    if (found === undefined) throw new Error(`nobody is called ${node}`)
    return found
  }
  const tick = (node: typeof a, ticks: number, isAlive: (session: SessionId) => boolean = nobody) => {
    for (let tick = 0; tick < ticks; tick++) duty(node).tick(machine, isAlive)
  }
  return { apply, duty, tick, machine }
}

describe('the doer', () => {
  test('REPLICA-10 announces itself once when it becomes the doer, and again where that had no effect for a second', () => {
    const { duty, tick } = ensemble()
    duty(a).notice(true)
    duty(a).notice(true)
    expect(duty(a).takeCommands()).toEqual([{ type: 'lead', node: a }])
    tick(a, 19)
    expect(duty(a).takeCommands()).toEqual([])
    tick(a, 1)
    expect(duty(a).takeCommands()).toEqual([{ type: 'lead', node: a }])
    duty(a).notice(false)
    tick(a, 40)
    expect(duty(a).takeCommands()).toEqual([])
  })

  test('REPLICA-10 expires what fell silent under its own leadership only', () => {
    const { apply, duty, tick } = ensemble()
    duty(a).notice(true)
    duty(b).notice(true)
    apply({ type: 'openSession', token: 't', timeoutMs: 4_000 })
    for (const command of duty(a).takeCommands()) apply(command)
    tick(a, 79)
    for (const command of duty(b).takeCommands()) apply(command)
    expect([duty(a).holder, duty(b).holder]).toEqual([b, b])
    tick(a, 10)
    expect(duty(a).takeCommands()).toEqual([])
    tick(b, 80)
    expect(duty(b).takeCommands()).toEqual([
      { type: 'expireSession', session: 1, leadership: 3, lastZxid: 1 },
    ])
  })

  test('REPLICA-10 asks for a leadership that was taken, and nothing that it wanted under the old one counts', () => {
    const { apply, duty, tick } = ensemble()
    duty(a).notice(true)
    apply({ type: 'openSession', token: 't', timeoutMs: 4_000 })
    for (const command of duty(a).takeCommands()) apply(command)
    tick(a, 80)
    const late = duty(a).takeCommands()
    expect(late.map(({ type }) => type)).toEqual(['expireSession'])
    apply({ type: 'lead', node: b })
    for (const command of late) expect(apply(command).ended).toEqual([])
    tick(a, 20)
    expect(duty(a).takeCommands()).toEqual([{ type: 'lead', node: a }])
  })

  test('REPLICA-10 has to be led to anew after its state was replaced', () => {
    const { apply, duty, tick } = ensemble()
    duty(a).notice(true)
    for (const command of duty(a).takeCommands()) apply(command)
    duty(a).restored()
    expect(duty(a).holder).toBe(null)
    tick(a, 20)
    expect(duty(a).takeCommands()).toEqual([{ type: 'lead', node: a }])
  })

  test('REPLICA-12 sweeps what is due once a minute, under its own leadership only', () => {
    const { apply, duty, tick, machine } = ensemble()
    duty(a).notice(true)
    apply({ type: 'openSession', token: 't', timeoutMs: 40_000 })
    const session = sessionId(1)
    const write = (number: number, operation: Operation) =>
      apply({ type: 'request', session, xid: xid(number), acknowledged: xid(0), operation })
    for (const command of duty(a).takeCommands()) apply(command)
    const data = new Uint8Array(0)
    write(1, { type: 'create', path: path('/c'), data, mode: 'container' })
    tick(a, sweepTicks)
    expect(duty(a).takeSweep(machine, 2_000)).toEqual([])
    write(2, { type: 'create', path: path('/c/x'), data, mode: 'persistent' })
    write(3, { type: 'delete', path: path('/c/x'), version: -1 })
    tick(a, sweepTicks - 1)
    expect(duty(a).takeSweep(machine, 2_000)).toEqual([])
    tick(a, 1)
    const [sweep, ...others] = duty(a).takeSweep(machine, 2_000)
    expect(others).toEqual([])
    if (sweep?.type !== 'sweep') expect.fail('a sweep')
    expect(sweep.znodes.map(znode => znode.path)).toEqual(['/c'])
    expect(apply(sweep).changes).toMatchObject([{ type: 'deleted', path: '/c' }])
    expect(duty(a).takeSweep(machine, 2_000)).toEqual([])
    write(4, { type: 'create', path: path('/t'), data, mode: 'persistentWithTTL', ttlMs: 5 })
    tick(a, sweepTicks)
    expect(duty(b).takeSweep(machine, 2_000)).toEqual([])
    apply({ type: 'lead', node: b })
    expect(duty(a).takeSweep(machine, 2_000)).toEqual([])
  })

  test('REPLICA-15 a session whose page went away is ended by the doer at once, asked for again after a second', () => {
    const { apply, duty, tick } = ensemble()
    duty(a).notice(true)
    apply({ type: 'openSession', token: 't', timeoutMs: 40_000 })
    for (const command of duty(a).takeCommands()) apply(command)
    duty(a).depart([sessionId(1)])
    tick(a, 1)
    const expiry: Command = {
      type: 'expireSession',
      session: sessionId(1),
      leadership: slot(2),
      lastZxid: slot(1),
    }
    expect(duty(a).takeCommands()).toEqual([expiry])
    tick(a, departedAgainTicks - 1)
    expect(duty(a).takeCommands()).toEqual([])
    tick(a, 1)
    expect(duty(a).takeCommands()).toEqual([expiry])
    expect(apply(expiry).ended).toEqual([{ session: 1, reason: 'expired' }])
    tick(a, 2 * departedAgainTicks)
    expect(duty(a).takeCommands()).toEqual([])
  })

  test('REPLICA-15 who becomes the doer ends what departed before, under its own leadership', () => {
    const { apply, duty, tick } = ensemble()
    duty(a).notice(true)
    apply({ type: 'openSession', token: 't', timeoutMs: 40_000 })
    for (const command of duty(a).takeCommands()) apply(command)
    duty(b).depart([sessionId(1)])
    tick(b, 100)
    expect(duty(b).takeCommands()).toEqual([])
    duty(b).notice(true)
    for (const command of duty(b).takeCommands()) apply(command)
    tick(b, 1)
    expect(duty(b).takeCommands()).toEqual([
      { type: 'expireSession', session: 1, leadership: 3, lastZxid: 1 },
    ])
  })

  test('REPLICA-15 a session that gives a sign of life did not depart, and what is over a minute old is forgotten', () => {
    const { apply, duty, tick } = ensemble()
    duty(a).notice(true)
    apply({ type: 'openSession', token: 't', timeoutMs: 40_000 })
    for (const command of duty(a).takeCommands()) apply(command)
    duty(a).depart([sessionId(1)])
    duty(a).stay(sessionId(1))
    tick(a, 1)
    duty(a).depart([sessionId(1)])
    tick(a, 1, () => true)
    expect(duty(a).takeCommands()).toEqual([])
    duty(b).depart([sessionId(1)])
    tick(b, departedTicks)
    duty(b).notice(true)
    for (const command of duty(b).takeCommands()) apply(command)
    tick(b, 1)
    expect(duty(b).takeCommands()).toEqual([])
  })
})
