/** A machine with something of everything, its snapshot in rows that tests alter, and machines made from snapshots. */
import { expect } from 'vitest'
import { nodeId } from '../../src/logic/base/ids.ts'
import { type Command, encodeCommand, stampCommand } from '../../src/logic/state/command.ts'
import type { Applied, StateMachine } from '../../src/logic/state/contract.ts'
import { createMachine } from '../../src/logic/state/machine.ts'
import { joinFrames, splitFrames } from '../../src/logic/state/snapshot-frames.ts'
import {
  addAuth,
  bytes,
  codec,
  create,
  createWorld,
  line,
  multi,
  next,
  remove,
  request,
  set,
  setAcl,
  setQuota,
  type World,
} from './world.ts'

export const applyTo = (machine: StateMachine, timeMs: number, command: Command): Applied =>
  machine.apply(next(machine), stampCommand(timeMs, encodeCommand(codec, command)))

export const restored = (machine: StateMachine): StateMachine => {
  const copy = createMachine(codec)
  expect(copy.restore(machine.snapshot())).toMatchObject({ ok: true })
  return copy
}

/** A world with something of everything. */
export function furnished(): World {
  const world = createWorld()
  world.apply({ type: 'lead', node: nodeId('n1') })
  const session = world.open()
  const other = world.open()
  world.apply(request(session, 1, create('/a', 'persistent', bytes('data'))))
  world.apply(request(session, 2, create('/a/n-', 'ephemeralSequential')))
  world.apply(request(session, 3, set('/a', bytes('more')), 1))
  world.apply(request(session, 4, remove('/none'), 1))
  world.apply(request(other, 1, create('/b', 'ephemeral')))
  world.apply(request(other, 2, remove('/b')))
  const { machine } = world
  machine.apply(next(machine), { members: [{ id: nodeId('n1'), role: 'voter' }] })
  const acl = [line('digest', 'u:x', 'rwcda'), line('world', 'anyone', 'rwcd')]
  const more = [
    addAuth('digest', 'u:x'),
    create('/c', 'container', bytes(), { acl }),
    create('/t', 'persistentWithTTL', bytes(), { ttlMs: 5_000 }),
    setAcl('/a', acl),
    setQuota('/a', { count: 2, byteHardLimit: 99 }),
    create('/a/over'),
    multi(set('/c'), create('/c/x'), remove('/c/x')),
    multi(set('/c'), remove('/none'), set('/c')),
  ]
  for (const [index, operation] of more.entries()) world.apply(request(session, 5 + index, operation, 1))
  return world
}

type ZnodeRow = [path: string, ...unknown[]]

type ReplyRow = [
  xid: number,
  reply: {
    result: {
      error: { code: string; message: string; results?: string[] }
      value: { stat: { version: number | null } }
    }
  },
]

type SessionRow = [number, string, number, number, number, number, ReplyRow[], string[][]]

export interface Snapshot {
  format: number
  appliedThrough: number
  leadership: number
  timeMs: number
  digest: number
  acls: { scheme: string; perms: number }[][]
  znodes: ZnodeRow[]
  sessions: SessionRow[]
}

/** The row of `/a`, the first after those that are given. */
export const znode = ({ znodes }: Snapshot): ZnodeRow => znodes[4] ?? expect.fail('a fifth znode')

/** A copy of the row of `/a`, for another path. */
export const znodeAt = (snapshot: Snapshot, path: string): ZnodeRow => [path, ...znode(snapshot).slice(1)]

export const session = ({ sessions }: Snapshot): SessionRow => sessions[0] ?? expect.fail('a session')

export const reply = (snapshot: Snapshot, index: number): ReplyRow =>
  session(snapshot)[6][index] ?? expect.fail('a reply')

/** `bytes` with `change` made to what they say. */
export function rewrite(bytes: Uint8Array, change: (snapshot: Snapshot) => void): Uint8Array {
  const parts = (splitFrames(bytes) ?? expect.fail('frames')).map(frame => codec.decode(frame))
  const [header, acls] = [parts[0] as object, parts.at(-1)]
  const snapshot = { ...header, znodes: parts.slice(1, -1).flat(), acls } as unknown as Snapshot
  change(snapshot)
  const { znodes, acls: lists, ...rest } = snapshot as Snapshot & { readonly acls: unknown }
  return joinFrames([rest, znodes, lists].map(part => codec.encode(part)))
}
