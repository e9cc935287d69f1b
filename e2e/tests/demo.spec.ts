/** The demo, as a visitor meets it. */
import { createZnode, type Demo, enter, expectToFit, serveDemo, visit, waitForDemo } from '../support/demo.ts'
import { expect, test } from '../support/test.ts'

let demo: Demo

test.beforeAll(async () => {
  demo = await serveDemo()
})
test.afterAll(() => demo.close())

test('E2E-29 what one tab of the demo creates, changes and deletes is shown in the others', async ({
  context,
  browserName,
  room,
}) => {
  const address = `${demo.url}#room=${room}`
  const a = await enter(context, browserName, address)
  const [b] = await Promise.all([a.waitForEvent('popup'), a.getByTestId('open-tab').click()])
  const c = await visit(context, browserName, address)
  const pages = [a, b, c]
  await Promise.all(pages.map(page => waitForDemo(page, 3)))
  const nodes = await Promise.all(pages.map(page => page.evaluate(() => window.peerkeeper?.status()?.node)))
  expect(new Set(nodes).size).toBe(3)

  await createZnode(b, 'hello')
  for (const page of pages) await expect(page.getByTestId('znode:/hello')).toBeVisible()

  await a.getByTestId('znode:/hello').click()
  await a.getByTestId('data').fill('from a')
  await a.getByTestId('save').click()
  await c.getByTestId('znode:/hello').click()
  await expect(c.getByTestId('data')).toHaveValue('from a')
  await c.getByTestId('delete').click()
  for (const page of pages) await expect(page.getByTestId('znode:/hello')).toHaveCount(0)
})

test('E2E-80 with replicas=per-device in its address the tabs of the demo share one replica; without, that room is refused with a way out', async ({
  context,
  browserName,
  room,
}) => {
  const address = `${demo.url}#room=${room}&replicas=per-device`
  const a = await enter(context, browserName, address)
  const b = await enter(context, browserName, address)
  const nodes = await Promise.all([a, b].map(page => page.evaluate(() => window.peerkeeper?.status()?.node)))
  expect(nodes[0]).toBe(nodes[1])
  await createZnode(b, 'hello')
  await expect(a.getByTestId('znode:/hello')).toBeVisible()
  await a.close()
  await createZnode(b, 'still')
  await expect(b.getByTestId('znode:/still')).toBeVisible()
  const other = await visit(context, browserName, `${demo.url}#room=${room}`)
  await expect(other.getByTestId('notice')).toContainText("with replicas: 'per-device', not 'per-tab'")
})

test('E2E-30 the demo fits a phone: nothing is to be scrolled sideways', async ({
  context,
  browserName,
  room,
}) => {
  const page = await enter(context, browserName, `${demo.url}#room=${room}`)
  await createZnode(page, 'a-name-that-is-far-too-long-for-the-width-of-any-phone-'.repeat(2))
  await expect(page.getByTestId('tree')).toContainText('far-too-long')
  await expectToFit(page, [360, 320, 412])
})

test('E2E-31 an invite link of the demo leads another profile into the ensemble', async ({
  context,
  browser,
  browserName,
  room,
}) => {
  const other = await browser.newContext()
  const a = await enter(context, browserName, `${demo.url}#room=${room}`)
  await createZnode(a, 'of-a')
  await a.getByTestId('invite').click()
  const link = await a.getByTestId('invitation-link').inputValue()
  expect(link).toContain('ensemble=')
  await a.keyboard.press('Escape')

  const b = await visit(other, browserName, link)
  await expect(b.getByTestId('znode:/of-a')).toBeVisible()
  const c = await visit(other, browserName, link)
  await Promise.all([a, b, c].map(page => waitForDemo(page, 3)))
  await createZnode(b, 'of-b')
  await expect(a.getByTestId('znode:/of-b')).toBeVisible()
  await other.close()
})

for (const engine of ['raft', 'zab', 'paxos'])
  test(`E2E-33 a visitor who chooses ${engine} comes to an ensemble that runs on it`, async ({
    context,
    browserName,
    room,
  }) => {
    const a = await enter(context, browserName, `${demo.url}#room=${room}`)
    await expect(a.getByTestId('engine-menu')).toHaveValue('multi-paxos')
    await a.getByTestId('engine-menu').selectOption(engine)
    await expect(a.getByTestId('room')).toHaveText(`${room}-${engine}`)
    await waitForDemo(a)
    const [b] = await Promise.all([a.waitForEvent('popup'), a.getByTestId('open-tab').click()])
    const c = await visit(context, browserName, a.url())
    const pages = [a, b, c]
    await Promise.all(pages.map(page => waitForDemo(page, 3)))
    for (const page of pages) await expect(page.getByTestId('engine')).toHaveText(engine)
    await createZnode(b, 'hello')
    for (const page of pages) await expect(page.getByTestId('znode:/hello')).toBeVisible()

    const stranger = await visit(
      context,
      browserName,
      a.url().replace(`engine=${engine}`, 'engine=multi-paxos'),
    )
    await expect(stranger.getByTestId('notice')).toContainText(`runs on engine ${engine}, not on multi-paxos`)
  })
