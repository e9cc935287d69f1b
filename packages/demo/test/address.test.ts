import { expect, test } from 'vitest'
import {
  type Address,
  linkTo,
  namesRoom,
  parseHash,
  roomBeside,
  withEngine,
  withReplicas,
} from '../src/address/address.ts'
import { parseErrand } from '../src/address/errand.ts'
import { withOwnSecret } from '../src/address/secret.ts'
import { parseOwnServer } from '../src/address/server.ts'

test('DEMO-10 a link carries room, ensemble, engine, replicas and signaling, and is read back as the same', () => {
  const address: Address = {
    room: 'demo',
    ensemble: 'e_1-x',
    engine: 'raft',
    replicas: 'per-device',
    signal: 'ws://127.0.0.1:4173/signaling?a=1&b=2',
    secret: 'S'.repeat(43),
  }
  const link = linkTo('http://127.0.0.1:4173/', address)
  expect(link).toBe(
    'http://127.0.0.1:4173/#room=demo&ensemble=e_1-x&engine=raft&replicas=per-device&signal=ws://127.0.0.1:4173/signaling%3Fa%3D1%26b%3D2' +
      `&secret=${'S'.repeat(43)}`,
  )
  expect(parseHash(new URL(link).hash)).toEqual(address)
})

test('DEMO-11 what is malformed in an address is left out', () => {
  const nothing = {
    room: 'demo',
    ensemble: null,
    engine: 'multi-paxos',
    replicas: 'per-tab',
    signal: null,
    secret: null,
  }
  expect(parseHash('')).toEqual(nothing)
  expect(parseHash('#room=a/b&ensemble=&signal=http://x')).toEqual(nothing)
  expect(parseHash('#engine=tractor&replicas=many&secret=123')).toEqual(nothing)
  expect(parseHash('#signal=nonsense&room=tea')).toEqual({ ...nothing, room: 'tea' })
  expect(roomBeside('r'.repeat(64), 'e'.repeat(64)).length).toBeLessThanOrEqual(64)
})

test('DEMO-43 who names no room has one with a secret of their own, kept for the next visit; a link brings its own', () => {
  const kept = new Map<string, string>()
  const inMemory = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
  }
  const storage = () => inMemory
  const bare = parseHash('')
  expect([
    namesRoom(''),
    namesRoom('#signal=ws://x/'),
    namesRoom('#room=tea'),
    namesRoom('#ensemble=e'),
  ]).toEqual([false, false, true, true])
  const own = withOwnSecret(bare, false, storage)
  expect(own.secret).toMatch(/^[\w-]{43}$/)
  expect(withOwnSecret(bare, false, storage)).toEqual(own)
  expect(withOwnSecret(withEngine(own, 'raft'), true, storage).secret).toBe(own.secret)
  const tea = parseHash('#room=tea')
  expect(withOwnSecret(tea, true, storage).secret).toBeNull()
  const invited = parseHash(new URL(linkTo('http://x/', { ...tea, secret: 'S'.repeat(43) })).hash)
  expect(withOwnSecret(invited, true, storage).secret).toBe('S'.repeat(43))
  expect(withOwnSecret(tea, true, storage).secret).toBe('S'.repeat(43))
  const other = parseHash(new URL(linkTo('http://x/', { ...bare, secret: 'T'.repeat(43) })).hash)
  expect(withOwnSecret(other, true, storage).secret).toBe('T'.repeat(43))
  expect(withOwnSecret(bare, false, storage)).toEqual(own)
  expect(withOwnSecret(bare, false, raise).secret).toBeNull()
})

function raise(): never {
  throw new DOMException('no storage', 'SecurityError')
}

test('DEMO-25 each engine has a room of its own beside the others', () => {
  const here = parseHash('#room=tea&signal=ws://127.0.0.1:1/')
  const raft = withEngine(here, 'raft')
  expect(raft).toEqual({ ...here, room: 'tea-raft', engine: 'raft' })
  expect(withEngine(raft, 'zab')).toEqual({ ...here, room: 'tea-zab', engine: 'zab' })
  expect(withEngine({ ...raft, ensemble: 'e' }, 'multi-paxos')).toEqual(here)
  expect(withEngine({ ...here, room: 'r'.repeat(64) }, 'paxos').room.length).toBeLessThanOrEqual(64)
})

test('DEMO-29 each kind of replicas has a room of its own, never the one that the visitor comes from', () => {
  const here = parseHash('#room=tea&signal=ws://127.0.0.1:1/')
  const device = withReplicas(here, 'per-device')
  expect(device).toEqual({ ...here, room: 'tea-device', replicas: 'per-device' })
  expect(withReplicas(device, 'per-tab')).toEqual(here)
  const raft = withReplicas(withEngine({ ...here, ensemble: 'e' }, 'raft'), 'per-device')
  expect(raft).toEqual({ ...here, room: 'tea-device-raft', engine: 'raft', replicas: 'per-device' })
  expect(withEngine(raft, 'multi-paxos')).toEqual(device)
  expect(withReplicas(raft, 'per-tab').room).toBe('tea-raft')
  expect(withReplicas({ ...here, replicas: 'per-device' }, 'per-tab').room).toBe('tea-tab')
  for (const end of ['', '-raft', '-device', '-device-raft'])
    for (const replicas of ['per-tab', 'per-device'] as const)
      for (const engine of ['raft', 'multi-paxos'] as const) {
        const room = `${'r'.repeat(64 - end.length)}${end}`
        const beside = withReplicas({ ...here, room, engine }, replicas).room
        expect(beside.length).toBeLessThanOrEqual(64)
        expect(beside).not.toBe(room)
      }
})

test('DEMO-30 what a page left for itself to do is read back; what is malformed is left out', () => {
  const all = { abandon: 'e1', forked: 'e2', accept: 'pk1i-AAAA' }
  expect(parseErrand(all)).toEqual(all)
  expect(parseErrand({ abandon: 'no id', forked: 7, accept: {} })).toEqual({})
  for (const state of [null, undefined, 'text', 7]) expect(parseErrand(state)).toEqual({})
})

test('DEMO-12 the signaling of the own server is a socket address, whatever it was written as', () => {
  const page = 'https://example.test/app/#room=x'
  const url = (signal: unknown) => parseOwnServer({ signal }, page)?.signal
  expect(url('/signaling')).toBe('wss://example.test/signaling')
  expect(url('ws://127.0.0.1:4700')).toBe('ws://127.0.0.1:4700/')
  expect(parseOwnServer({ signal: 'a', pages: ['https://x/', 7] }, page)?.pages).toEqual(['https://x/'])
  expect(parseOwnServer('<!doctype html>', page)).toBeNull()
  expect(parseOwnServer({}, page)).toBeNull()
})
