/** A page's files that are loaded on demand: gone, and not needed any more. */
import { hostAmong } from '../support/host.ts'
import { openKeeper, waitForData } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'

const replicas = 'per-device'

test('E2E-123 a page that cannot load the way to a replica is told so at once, and loaded anew it is connected', async ({
  defaults,
  openPage,
}) => {
  const page = await openPage()
  const asked = { room: defaults.room, replicas } as const
  await page.route('**/to-replica-*.js', route => route.abort())
  const refused = await page.evaluate(
    each => window.lab.open(each).then(() => 'opened', window.lab.explain),
    asked,
  )
  expect(refused).toMatch(/^NotLoaded: .*reload the page/)
  await page.unroute('**/to-replica-*.js')
  await page.reload()
  await page.waitForFunction(() => 'lab' in window)
  const tab = await openKeeper(page, { ...defaults, replicas })
  expect(await tab.keeper.evaluate(keeper => keeper.state)).toBe('connected')
})

test('E2E-124 a tab that is connected hosts, when the host is closed, without loading anything but the worker', async ({
  open,
}) => {
  const tabs = [await open({ replicas }), await open({ replicas })]
  const host = await hostAmong(tabs)
  const [other] = tabs.filter(tab => tab !== host)
  if (other === undefined) throw new Error('both tabs host')
  const loaded: string[] = []
  other.page.on('request', request => loaded.push(new URL(request.url()).pathname))
  await host.page.close()
  await other.keeper.evaluate(keeper => keeper.create('/after', 'here'))
  await waitForData([other], '/after', 'here')
  expect(await hostAmong([other])).toBe(other)
  expect(loaded.filter(path => !path.startsWith('/assets/worker-'))).toEqual([])
})
