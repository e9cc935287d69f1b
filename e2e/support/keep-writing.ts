/** A tab that writes one after another whatever happens: what it missed is how long the longest of its writes took. */
import { expect } from '@playwright/test'
import type { Tab } from './tab.ts'

export interface KeptWriting {
  /** Waits until more than `by` further writes were acknowledged. */
  more(by: number): Promise<void>
  /** Resolves when no write is under way, and none begins before `goOn`. */
  pause(): Promise<void>
  goOn(): Promise<void>
  /** Ends it, when the write under way is acknowledged. All writes were. */
  stop(): Promise<{ readonly count: number; readonly longestMs: number }>
}

/** Creates `path`, then children `0`, `1`, ... of it, each when the one before is acknowledged. */
export async function keepWriting({ keeper }: Tab, path: string): Promise<KeptWriting> {
  const work = await keeper.evaluateHandle((of, parent) => {
    const go = Promise.resolve()
    const run = {
      isDone: false,
      count: 0,
      longestMs: 0,
      end: go,
      may: go,
      goOn: () => {},
      paused: () => {},
    }
    const timed = async (write: () => Promise<unknown>) => {
      const before = performance.now()
      await write()
      run.longestMs = Math.max(run.longestMs, performance.now() - before)
    }
    run.end = (async () => {
      await timed(() => of.create(parent))
      for (; !run.isDone; run.count++) {
        run.paused()
        await run.may
        await timed(() => of.create(`${parent}/${run.count}`))
      }
    })()
    return run
  }, path)
  const count = () => work.evaluate(run => run.count)
  return {
    more: async by => {
      const before = await count()
      await expect.poll(count, { timeout: 30_000 }).toBeGreaterThan(before + by)
    },
    pause: () =>
      work.evaluate(
        run =>
          new Promise<void>(resolve => {
            run.may = new Promise(goOn => {
              run.goOn = goOn
            })
            run.paused = resolve
          }),
      ),
    goOn: () =>
      work.evaluate(run => {
        run.paused = () => undefined
        run.goOn()
      }),
    stop: () =>
      work.evaluate(async run => {
        run.isDone = true
        await run.end
        return { count: run.count, longestMs: run.longestMs }
      }),
  }
}
