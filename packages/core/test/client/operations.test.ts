/** ZooKeeper's operations through the client, at one replica. */
import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from 'vitest'
import { creatorAllAcl, openAcl, readAcl } from '../../src/client/acl.ts'
import { digestId, keyId } from '../../src/client/identity.ts'
import type { Keeper } from '../../src/client/keeper.ts'
import { Permission } from '../../src/logic/state/acl.ts'
import type { ZnodePath } from '../../src/logic/state/path.ts'
import type { Stat } from '../../src/logic/state/stat.ts'
import { openKeeper } from './open-keeper.ts'

let opened: Awaited<ReturnType<typeof openKeeper>>
let keeper: Keeper
beforeEach(async () => {
  opened = await openKeeper()
  keeper = opened.keeper
})
afterEach(async () => {
  await opened.close()
})

const text = (data: Uint8Array) => new TextDecoder().decode(data)

describe('reading and writing', () => {
  test('KEEPER-30 permissions, counts and ephemerals', async () => {
    await keeper.create('/a', 'data', { acl: readAcl })
    expect(await keeper.getAcl('/a')).toEqual({ acl: readAcl, stat: await keeper.exists('/a') })
    await expect(keeper.set('/a', '')).rejects.toMatchObject({ code: 'NoAuth', path: '/a' })
    await expect(keeper.setAcl('/a', openAcl)).rejects.toMatchObject({ code: 'NoAuth', path: '/a' })
    await keeper.create('/b')
    const stat = await keeper.setAcl('/b', [{ scheme: 'world', id: 'anyone', perms: Permission.WRITE }], {
      version: 0,
    })
    expect(stat.aversion).toBe(1)
    await expect(keeper.get('/b')).rejects.toMatchObject({ code: 'NoAuth', path: '/b' })
    await expect(keeper.create('/c', '', { acl: creatorAllAcl })).rejects.toMatchObject({
      code: 'InvalidACL',
    })
    await keeper.create('/d')
    await keeper.create('/d/e', '', { mode: 'ephemeral' })
    await keeper.create('/f', '', { mode: 'ephemeral' })
    expect(await keeper.ephemerals()).toEqual(['/d/e', '/f'])
    expect(await keeper.ephemerals('/d')).toEqual(['/d/e'])
    expect(await keeper.allChildrenNumber('/d')).toBe(1)
    await expect(keeper.allChildrenNumber('/none')).rejects.toMatchObject({ code: 'NoNode' })
  })

  test('KEEPER-30 every mode of create', async () => {
    await keeper.create('/c', '', { mode: 'container' })
    const made = await keeper.create('/t-', '', { mode: 'persistentSequentialWithTTL', ttlMs: 86_400_000 })
    expect(made.path).toBe('/t-0000000001')
    await keeper.create('/t', '', { mode: 'persistentWithTTL', ttlMs: 1 })
    for (const ttlMs of [0, -1, 0.5, 2 ** 40])
      await expect(keeper.create('/x', '', { mode: 'persistentWithTTL', ttlMs })).rejects.toMatchObject({
        code: 'BadArguments',
      })
    await expect(keeper.create('/x', '', { ttlMs: 5 })).rejects.toMatchObject({ code: 'BadArguments' })
  })

  test('KEEPER-30 a multi resolves with one result for each operation, of its kind', async () => {
    const [made, , stat, checked, gone] = await keeper.multi([
      { type: 'create', path: '/m', data: 'one' },
      { type: 'create', path: '/m/n-', mode: 'ephemeralSequential' },
      { type: 'set', path: '/m', data: 'two', version: 0 },
      { type: 'check', path: '/m', version: 1 },
      { type: 'delete', path: '/m/n-0000000000' },
    ])
    expectTypeOf(made).toEqualTypeOf<{ readonly path: ZnodePath; readonly stat: Stat }>()
    expectTypeOf(stat).toEqualTypeOf<Stat>()
    expectTypeOf(checked).toEqualTypeOf<undefined>()
    expect([made.path, stat.version, checked, gone]).toEqual(['/m', 1, undefined, undefined])
    expect(text((await keeper.get('/m')).data)).toBe('two')
    expect(await keeper.multi([])).toEqual([])
  })

  test('KEEPER-30 a multiRead resolves with an answer or an error for each query', async () => {
    await keeper.create('/m', 'data')
    await keeper.create('/m/c')
    const [data, children, none] = await keeper.multiRead([
      { type: 'get', path: '/m' },
      { type: 'children', path: '/m' },
      { type: 'get', path: '/none' },
    ])
    expect(data.ok && text(data.value.data)).toBe('data')
    expect(children.ok && children.value.children).toEqual(['c'])
    expect(none).toMatchObject({ ok: false, error: { code: 'NoNode', path: '/none' } })
  })

  test('KEEPER-31 a multi that fails rejects with the code of the culprit and the results of all', async () => {
    const failing = keeper.multi([
      { type: 'create', path: '/x' },
      { type: 'create', path: '/x' },
      { type: 'check', path: '/' },
    ])
    await expect(failing).rejects.toMatchObject({
      code: 'NodeExists',
      results: ['Ok', 'NodeExists', 'RuntimeInconsistency'],
    })
    expect(await keeper.exists('/x')).toBeNull()
    await expect(keeper.get('/x')).rejects.toMatchObject({ results: null })
  })

  test('KEEPER-31 what is wrong with one operation is told before anything goes out', async () => {
    await keeper.sync()
    const before = opened.host.status().chosenThrough
    await expect(
      keeper.multi([
        { type: 'check', path: '/' },
        { type: 'delete', path: '/a/' },
      ]),
    ).rejects.toMatchObject({
      code: 'BadArguments',
      results: ['Ok', 'BadArguments'],
    })
    expect(opened.host.status().chosenThrough).toBe(before)
  })
})

describe('identities', () => {
  test('KEEPER-32 a digest identity is the hash that ZooKeeper makes', async () => {
    expect(await digestId('u:pw')).toBe('u:BvFaefuhWURhnvpD7ipe45CKTpk=')
    expect(await digestId('v:pw')).toBe('v:fqexJgktiSRtmyVHxITSH/9Ha4M=')
  })

  test('KEEPER-32 calls that are made after addAuth wait for it', async () => {
    const entered = keeper.addAuth('digest', 'u:pw')
    const made = keeper.create('/mine', 'x', { acl: creatorAllAcl })
    const read = keeper.get('/mine')
    const who = keeper.whoAmI()
    await Promise.all([entered, made, read])
    expect(await who).toEqual([{ scheme: 'digest', id: 'u' }])
    expect((await keeper.getAcl('/mine')).acl).toEqual([
      { scheme: 'digest', id: await digestId('u:pw'), perms: Permission.ALL },
    ])
  })

  test('KEEPER-32 no other schemes', async () => {
    for (const scheme of ['world', 'auth', 'ip', 'nosuch'])
      await expect(keeper.addAuth(scheme as 'digest', 'anyone')).rejects.toMatchObject({ code: 'AuthFailed' })
    await expect(keeper.addAuth('key', 'no key' as never)).rejects.toMatchObject({ code: 'AuthFailed' })
    expect(await keeper.whoAmI()).toEqual([])
  })

  const makeKeys = (extractable: boolean, namedCurve = 'P-256') =>
    crypto.subtle.generateKey({ name: 'ECDSA', namedCurve }, extractable, ['sign', 'verify'])

  test('KEEPER-33 who holds a private key is its public key', async () => {
    const keys = await makeKeys(false)
    await keeper.addAuth('key', keys)
    const id = await keyId(keys.publicKey)
    expect(await keeper.whoAmI()).toEqual([{ scheme: 'key', id }])
    await keeper.create('/mine', 'x', { acl: [{ scheme: 'key', id, perms: Permission.ALL }] })
    expect(text((await keeper.get('/mine')).data)).toBe('x')
    const other = await makeKeys(false)
    await keeper.create('/theirs', 'x', {
      acl: [{ scheme: 'key', id: await keyId(other.publicKey), perms: Permission.ALL }],
    })
    await expect(keeper.get('/theirs')).rejects.toMatchObject({ code: 'NoAuth' })
    await keeper.addAuth('key', other)
    expect(text((await keeper.get('/theirs')).data)).toBe('x')
  })

  test('KEEPER-33 a key that does not sign for itself is AuthFailed, and what comes after goes on', async () => {
    const [one, other] = await Promise.all([makeKeys(false), makeKeys(false)])
    const stolen = { publicKey: one.publicKey, privateKey: other.privateKey }
    await expect(keeper.addAuth('key', stolen)).rejects.toMatchObject({ code: 'AuthFailed' })
    expect((await keeper.create('/after')).path).toBe('/after')
  })

  test('KEEPER-33 another kind of key is BadArguments', async () => {
    await expect(keeper.addAuth('key', await makeKeys(true, 'P-384'))).rejects.toMatchObject({
      code: 'BadArguments',
    })
  })

  test('KEEPER-33 an identity that is written past the proof is AuthFailed, in its order', async () => {
    const { publicKey } = await makeKeys(false)
    const id = await keyId(publicKey)
    const { session } = opened
    const claimed = session.write({ type: 'addAuth', scheme: 'key', id })
    const next = keeper.create('/next')
    await expect(claimed).rejects.toMatchObject({ code: 'AuthFailed' })
    expect((await next).path).toBe('/next')
    expect(await keeper.whoAmI()).toEqual([])
  })
})

describe('administration', () => {
  test('KEEPER-34 a quota is set, read, told of, enforced and taken away', async () => {
    const told: (readonly string[])[] = []
    keeper.on('quota', paths => told.push(paths))
    await keeper.create('/q', '12345')
    expect(await keeper.getQuota('/q')).toBeNull()
    await keeper.setQuota('/q', { count: 1, countHardLimit: 2 })
    expect(await keeper.getQuota('/q')).toEqual({
      limits: { count: 1, countHardLimit: 2 },
      usage: { count: 1, bytes: 5 },
    })
    await keeper.create('/q/a')
    await keeper.set('/q/a', 'more')
    expect(told).toEqual([['/q']])
    await expect(keeper.create('/q/b')).rejects.toMatchObject({ code: 'QuotaExceeded', path: '/q/b' })
    await keeper.deleteQuota('/q')
    await keeper.create('/q/b')
    await expect(keeper.deleteQuota('/q')).rejects.toMatchObject({ code: 'NoNode' })
    await expect(keeper.setQuota('/q', {})).rejects.toMatchObject({ code: 'BadArguments' })
    expect(told).toEqual([['/q']])
  })

  test('KEEPER-35 the members are told, and stand in a znode that can be watched', async () => {
    await keeper.sync()
    const { version, members } = await keeper.getConfig()
    expect(members).toEqual([{ id: 'a', role: 'voter' }])
    expect(version).toBe((await keeper.exists('/zookeeper/config'))?.mzxid)
    await keeper.get('/zookeeper/config', { watch: () => undefined })
  })
})
