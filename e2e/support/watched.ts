/** What a tab's recursive watch tells, in the order in which it does. */
import { expect, type JSHandle } from '@playwright/test'
import type { Tab } from './tab.ts'

export interface Watched {
  count(): Promise<number>
  /** Waits until children `0` to `count - 1` of the znode were told of, each once, and checks that it was in this order. */
  expectChildren(count: number): Promise<void>
}

/** Watches `path`, which is not there yet, and all below it. */
export async function watchBelow({ keeper }: Tab, path: string): Promise<Watched> {
  const paths: JSHandle<string[]> = await keeper.evaluateHandle(async (of, root) => {
    const seen: string[] = []
    const watcher = await of.watch(root, { recursive: true })
    void (async () => {
      for await (const event of watcher) seen.push(event.path)
    })()
    return seen
  }, path)
  const count = () => paths.evaluate(seen => seen.length)
  return {
    count,
    expectChildren: async children => {
      // The znode itself is the first that is told of.
      await expect.poll(count).toBe(children + 1)
      const expected = [path, ...Array.from({ length: children }, (_, index) => `${path}/${index}`)]
      expect(await paths.jsonValue()).toEqual(expected)
    },
  }
}
