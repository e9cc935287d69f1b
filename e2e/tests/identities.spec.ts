/** Who one is, and what one may do: WebCrypto in the page, keys proven to the page's own worker, lists in the tree. */
import { waitForVoters } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'

test('E2E-34 a list of permissions holds against other tabs, by password and by a key that was proven', async ({
  open,
}) => {
  const tabs = [await open(), await open(), await open()] as const
  await waitForVoters(tabs)
  const [a, b] = tabs
  await a.keeper.evaluate(async keeper => {
    await keeper.addAuth('digest', 'ada:secret')
    const acl = [{ scheme: 'auth', id: '', perms: 31 }] as const
    await keeper.create('/mine', 'of ada', { acl })
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
      'sign',
      'verify',
    ])
    await keeper.addAuth('key', pair)
    const key = (await keeper.whoAmI()).find(({ scheme }) => scheme === 'key')
    if (key === undefined) throw new Error('the session has no key')
    await keeper.create('/keyed', 'of the key', { acl: [{ ...key, perms: 31 }] })
  })
  const codes = () =>
    b.keeper.evaluate(async keeper => {
      await keeper.sync()
      const code = (work: Promise<unknown>) =>
        work.then(
          () => 'ok',
          error => error.code as string,
        )
      return {
        read: await code(keeper.get('/mine')),
        write: await code(keeper.set('/mine', 'stolen')),
        keyed: await code(keeper.get('/keyed')),
        wrong: await code(keeper.addAuth('digest', 'ada:guess').then(() => keeper.get('/mine'))),
      }
    })
  expect(await codes()).toEqual({ read: 'NoAuth', write: 'NoAuth', keyed: 'NoAuth', wrong: 'NoAuth' })
  await b.keeper.evaluate(keeper => keeper.addAuth('digest', 'ada:secret'))
  expect(await codes()).toEqual({ read: 'ok', write: 'ok', keyed: 'NoAuth', wrong: 'ok' })
  const shown = await b.keeper.evaluate(async keeper => ({
    identities: (await keeper.whoAmI()).map(({ scheme }) => scheme),
    data: new TextDecoder().decode((await keeper.get('/mine')).data),
  }))
  expect(shown.identities).toContain('digest')
  expect(shown.data).toBe('stolen')
})

test('E2E-35 a transaction over tabs is all or nothing', async ({ open }) => {
  const tabs = [await open(), await open(), await open()] as const
  await waitForVoters(tabs)
  const [a, b] = tabs
  const first = await a.keeper.evaluate(async keeper => {
    await keeper.create('/bank')
    await keeper.multi([
      { type: 'create', path: '/bank/a', data: '10' },
      { type: 'create', path: '/bank/b', data: '0' },
    ])
    const { stat } = await keeper.get('/bank/a')
    return [stat.czxid, (await keeper.get('/bank/b')).stat.czxid]
  })
  expect(first[0]).toBe(first[1])
  const outcome = await b.keeper.evaluate(async keeper => {
    await keeper.sync()
    const move = keeper.multi([
      { type: 'check', path: '/bank/a', version: 0 },
      { type: 'set', path: '/bank/a', data: '0' },
      { type: 'set', path: '/bank/none', data: '10' },
    ])
    const failed = await move.then(
      () => 'ok',
      error => `${error.code}: ${error.results.map((each: { code?: string }) => each?.code ?? 'Ok').join()}`,
    )
    const { data, stat } = await keeper.get('/bank/a')
    return { failed, data: new TextDecoder().decode(data), version: stat.version }
  })
  expect(outcome.failed).toContain('NoNode')
  expect(outcome).toMatchObject({ data: '10', version: 0 })
})
