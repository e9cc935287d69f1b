/** Tabs that create znodes one after another and keep a book of what was acknowledged, in the test's own process. */
import { expect } from '@playwright/test'
import type { Tab } from './tab.ts'

interface Acknowledged {
  readonly path: string
  /** Milliseconds since 1970, by the clock of this machine. */
  readonly at: number
}

export interface Writer {
  /** What was acknowledged so far. */
  readonly acknowledged: readonly Acknowledged[]
  /** Ends the loop; resolves when the write under way is settled. */
  stop(): Promise<void>
}

/** Starts to create children of `parent`, each when the one before is acknowledged. A write that fails ends the loop. */
export async function startWriter({ page, keeper, node }: Tab, parent: string): Promise<Writer> {
  const acknowledged: Acknowledged[] = []
  await page.exposeFunction('acknowledge', (path: string, at: number) => acknowledged.push({ path, at }))
  const loop = await keeper.evaluateHandle((each, prefix) => {
    const { acknowledge } = window as unknown as { acknowledge(path: string, at: number): void }
    const state = { stopped: false, ended: Promise.resolve() }
    const run = async () => {
      for (let count = 0; !state.stopped; count++) {
        const { path } = await each.create(`${prefix}-${count}`)
        acknowledge(path, Date.now())
      }
    }
    state.ended = run()
    return state
  }, `${parent}/${node}`)
  return {
    acknowledged,
    stop: () =>
      loop.evaluate(state => {
        state.stopped = true
        return state.ended
      }),
  }
}

/** Waits until `writer` had `count` more writes acknowledged than now. */
export async function waitForWrites(writer: Writer, count: number): Promise<void> {
  const enough = writer.acknowledged.length + count
  await expect.poll(() => writer.acknowledged.length).toBeGreaterThan(enough)
}

/** Checks that all that was acknowledged to anybody is in the tree, by a read that asks a quorum. */
export async function expectAllThere(tab: Tab, parent: string, writers: readonly Writer[]): Promise<void> {
  const children = await tab.keeper.evaluate(
    async (keeper, path) => (await keeper.children(path, { consistency: 'linearizable' })).children,
    parent,
  )
  const there = new Set(children.map(name => `${parent}/${name}`))
  const lost = writers.flatMap(({ acknowledged }) => acknowledged.filter(({ path }) => !there.has(path)))
  expect(lost, 'acknowledged writes that are not there').toEqual([])
}

/** The longest time after `at` in which no write of `writer` was acknowledged ended so many milliseconds after `at`. */
export function recoveryMs(writer: Writer, at: number): number {
  let last = at
  let longest = { pause: -1, end: at }
  for (const { at: next } of writer.acknowledged) {
    if (next <= at) continue
    if (next - last > longest.pause) longest = { pause: next - last, end: next }
    last = next
  }
  return longest.end - at
}
