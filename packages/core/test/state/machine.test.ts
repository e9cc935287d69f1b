import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nodeId, sessionId, slot, xid } from '../../src/logic/base/ids.ts'
import type { Reply } from '../../src/logic/state/contract.ts'
import { addDigest, mixNumber, subtractDigest } from '../../src/logic/state/digest.ts'
import { createMachine } from '../../src/logic/state/machine.ts'
import { digestReply } from '../../src/logic/state/reply.ts'
import { history } from './commands.ts'
import { applyTo, furnished, reply, restored, rewrite } from './furnished.ts'
import {
  addAuth,
  bytes,
  check,
  close,
  codec,
  create,
  createWorld,
  line,
  multi,
  next,
  remove,
  set,
  setAcl,
  setQuota,
  type World,
} from './world.ts'

describe('the machine', () => {
  test('STATE-1 slots in order', () => {
    const world = createWorld()
    expect(() => world.machine.apply(slot(2), null)).toThrow()
    world.applyBytes(null)
    for (const wrong of [0, 1, 3]) expect(() => world.machine.apply(slot(wrong), null)).toThrow()
    expect(world.applyBytes(null)).toEqual({ outcome: { type: 'nothing' }, changes: [], ended: [] })
    expect(world.machine.appliedThrough).toBe(2)
  })

  test('STATE-1 a slot without a command changes nothing but the slot', () => {
    const world = furnished()
    const copy = restored(world.machine)
    world.applyBytes(null)
    expect(world.machine.digest()).not.toBe(copy.digest())
    copy.apply(next(copy), new Uint8Array(9))
    expect(world.machine.digest()).toBe(copy.digest())
  })

  test('STATE-2 STATE-6 equal histories, equal states', () => {
    fc.assert(
      fc.property(history(40), fc.nat(40), (drafts, pause) => {
        const one = createMachine(codec)
        let other = createMachine(codec)
        for (const [index, [timeMs, draft]] of drafts.entries()) {
          const command = draft(one)
          expect(applyTo(one, timeMs, command)).toEqual(applyTo(other, timeMs, command))
          expect(one.digest()).toBe(other.digest())
          if (index === pause) other = restored(one)
        }
        expect(one.snapshot()).toEqual(other.snapshot())
      }),
      { seed: 32, numRuns: 200 },
    )
  })

  test('STATE-3 each of these differs from all others', () => {
    const [session, other] = [sessionId(1), sessionId(2)]
    const [readable, digest] = [[line('world', 'anyone', 'r')], line('digest', 'u:x', 'r')]
    const differences: readonly ((world: World) => void)[] = [
      () => undefined,
      world => world.applyBytes(null),
      world => world.open('c'),
      world => world.open('d'),
      world => world.open('c', 11_000),
      world => world.apply({ type: 'lead', node: nodeId('n1') }),
      world => world.request(session, create('/x')),
      world => world.request(other, create('/x')),
      world => world.request(session, create('/x', 'ephemeral')),
      world => world.request(session, create('/y')),
      world => world.request(session, create('/x', 'persistent', bytes('x'))),
      world => world.request(session, set('/')),
      world => world.request(session, set('/', bytes('x'))),
      world => world.request(session, remove('/x')),
      world => world.request(session, close),
      world => world.request(session, create('/x', 'container')),
      world => world.request(session, create('/x', 'persistentWithTTL', bytes(), { ttlMs: 1 })),
      world => world.request(session, create('/x', 'persistentWithTTL', bytes(), { ttlMs: 2 })),
      world => world.request(session, create('/x', 'persistent', bytes(), { acl: readable })),
      world => world.request(session, create('/x', 'persistent', bytes(), { acl: [...readable, digest] })),
      world => world.request(session, create('/x', 'persistent', bytes(), { acl: [digest, ...readable] })),
      world => world.request(session, setAcl('/', readable)),
      world => world.request(session, setAcl('/', [line('world', 'anyone', 'rwcda')])),
      world => world.request(session, addAuth('digest', 'u:x')),
      world => world.request(session, addAuth('digest', 'u:y')),
      world => world.request(other, addAuth('digest', 'u:x')),
      world => world.request(session, check('/')),
      world => world.request(session, multi()),
      world => world.request(session, multi(check('/'))),
      world => world.request(session, multi(check('/'), check('/'))),
      world => world.request(session, multi(check('/'), remove('/none'))),
      world => world.request(session, multi(remove('/none'), check('/'))),
      world => world.machine.apply(next(world.machine), { members: [] }),
      world => {
        world.request(session, create('/x'))
        world.request(session, setQuota('/x', { count: 1 }))
      },
      world => {
        world.request(session, create('/x'))
        world.request(session, setQuota('/x', { bytes: 1 }))
      },
      world => {
        world.timeMs++
        world.request(session, create('/x'))
      },
      world => {
        world.request(session, create('/x'))
        world.request(session, remove('/x'))
      },
    ]
    const digests = differences.map(differ => {
      const world = createWorld()
      world.open('a')
      world.open('b')
      differ(world)
      return world.machine.digest()
    })
    expect(new Set(digests).size).toBe(differences.length)
    for (const digest of digests) expect(Number.isSafeInteger(digest) && digest >= 0).toBe(true)
  })

  test('STATE-3 the same answer to another request is another', () => {
    const answer: Reply = { zxid: slot(9), result: { ok: true, value: { type: 'delete' } } }
    const digests = Array.from({ length: 1_000 }, (_, number) => digestReply(xid(number), answer))
    expect(new Set(digests).size).toBe(1_000)
  })

  test('STATE-3 the wording of a failure is no part', () => {
    const world = createWorld()
    world.request(world.open(), remove('/none'))
    const rewritten = rewrite(world.machine.snapshot(), snapshot => {
      reply(snapshot, 0)[1].result.error.message = 'in other words'
    })
    const copy = createMachine(codec)
    expect(copy.restore(rewritten).ok).toBe(true)
    expect(copy.digest()).toBe(world.machine.digest())
  })

  test('STATE-3 sums of digests stay integers below 2^53 and can be taken back', () => {
    const digest = fc.maxSafeNat()
    fc.assert(
      fc.property(digest, digest, (sum, part) => {
        const added = addDigest(sum, part)
        expect(Number.isSafeInteger(added) && added >= 0).toBe(true)
        expect(subtractDigest(added, part)).toBe(sum)
        expect(Number(BigInt.asUintN(53, BigInt(sum) + BigInt(part)))).toBe(added)
      }),
      { seed: 33, numRuns: 2_000 },
    )
  })

  test('STATE-3 neighbouring numbers mix to different digests', () => {
    const mixed = new Set<number>()
    for (let i = 0; i < 20_000; i++) {
      mixed.add(mixNumber(7, i))
      mixed.add(mixNumber(i, 2 ** 40))
      mixed.add(mixNumber(mixNumber(0, i), -1))
      mixed.add(mixNumber(0, i * 2 ** 32 + 2 ** 31))
    }
    expect(mixed.size).toBe(80_000)
  })
})
