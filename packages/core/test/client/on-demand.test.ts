import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { connect, connectIn } from '../../src/client/connect.ts'
import { load } from '../../src/client/on-demand.ts'
import { ownSurroundings } from '../../src/client/surroundings.ts'
import { openKeeper } from './open-keeper.ts'

let opened: Awaited<ReturnType<typeof openKeeper>>

beforeEach(async () => {
  opened = await openKeeper()
  await opened.session.opened
})

afterEach(async () => {
  vi.doUnmock('../../src/client/quotas.ts')
  vi.doUnmock('../../src/client/to-replica.ts')
  await opened.close()
})

const missing = new TypeError('Failed to fetch dynamically imported module')

test('API-14 a part that is not to be had fails the call with NotLoaded, and is asked for again by the next', async () => {
  await expect(load(() => Promise.reject(missing))).rejects.toMatchObject({
    code: 'NotLoaded',
    cause: missing,
  })
  const { keeper } = opened
  vi.doMock('../../src/client/quotas.ts', () => Promise.reject(missing))
  await keeper.create('/a')
  await keeper.setQuota('/a', { count: 3 })
  const quota = keeper.getQuota('/a')
  const later = keeper.create('/a/b')
  await expect(quota).rejects.toMatchObject({ code: 'NotLoaded' })
  expect(await later).toMatchObject({ path: '/a/b' })
  vi.doUnmock('../../src/client/quotas.ts')
  expect(await keeper.getQuota('/a')).toMatchObject({ limits: { count: 3 }, usage: { count: 2 } })
})

test('API-14 a part that does not come is waited for within the limits of the call', async () => {
  const never = () => new Promise<never>(() => undefined)
  const controller = new AbortController()
  const givenUp = load(never, { signal: controller.signal })
  controller.abort()
  await expect(givenUp).rejects.toMatchObject({ code: 'Aborted' })
  await expect(load(never, { timeoutMs: 1 })).rejects.toMatchObject({ code: 'Timeout' })
  const transports = vi.fn(() => [])
  const surroundings = {
    ...ownSurroundings,
    wayToReplica: (limits: Parameters<typeof ownSurroundings.wayToReplica>[0]) => load(never, limits),
  }
  const connecting = connectIn(surroundings, { room: 'cinema', timeoutMs: 1, transports })
  await expect(connecting).rejects.toMatchObject({ code: 'Timeout' })
  vi.doMock('../../src/client/to-replica.ts', () => Promise.reject(missing))
  await expect(connect({ room: 'cinema', transports })).rejects.toMatchObject({ code: 'NotLoaded' })
  expect(transports).not.toHaveBeenCalled()
})

test('API-15 a call that waits for its part keeps its place: what is called after it goes out after it', async () => {
  vi.resetModules()
  const { keeper } = opened
  await keeper.create('/a')
  await keeper.setQuota('/a', { count: 3 })
  const [quota] = await Promise.all([
    keeper.getQuota('/a'),
    keeper.create('/a/b'),
    keeper.deleteQuota('/a'),
    keeper.addAuth('digest', 'ada:secret'),
  ])
  expect(quota).toEqual({ limits: { count: 3 }, usage: { count: 1, bytes: 0 } })
  expect(await keeper.getQuota('/a')).toBeNull()
  expect(await keeper.whoAmI()).toContainEqual({ scheme: 'digest', id: 'ada' })
})

/** What comes with `file`, by the names of files. */
function comesWith(file: string, all = new Map<string, string>()): Map<string, string> {
  if (all.has(file)) return all
  const text = readFileSync(file, 'utf8')
  all.set(file, text)
  for (const [, specifier = ''] of text.matchAll(/^(?:import|export) (?!type )[^'"]*?from '(\.[^']+)'/gms))
    comesWith(join(dirname(file), specifier), all)
  return all
}

test('API-16 what connect loads is all that a tab needs to host later, and loads nothing more', () => {
  const client = join(dirname(fileURLToPath(import.meta.url)), '../../src/client')
  const loaded = comesWith(join(client, 'to-replica.ts'))
  const names = [...loaded.keys()]
    .filter(each => dirname(each) === client)
    .map(each => each.slice(client.length + 1))
  expect(names).toEqual(
    expect.arrayContaining(['seat.ts', 'own-replica.ts', 'default-worker.ts', 'fork.ts', 'watcher.ts']),
  )
  for (const [file, text] of loaded) expect(/\bimport\(|on-demand/.test(text), file).toBe(false)
})
