/** Which of the tabs of a profile hosts its one replica. */
import type { Tab } from './tab.ts'

/** The tab whose page has a worker. */
export async function hostAmong(tabs: readonly Tab[]): Promise<Tab> {
  const hosting = await Promise.all(tabs.map(({ page }) => page.evaluate(() => window.lab.worker !== null)))
  const [host, ...others] = tabs.filter((_, index) => hosting[index])
  if (host === undefined || others.length > 0) throw new Error('not one of the tabs is the host')
  return host
}
