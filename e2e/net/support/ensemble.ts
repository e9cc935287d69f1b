/** Three tabs on three hosts that vote, and write all the time. */
import { expect } from '@playwright/test'
import { expectSameState, type Tab, waitForVoters } from '../../support/tab.ts'
import { expectAllThere, startWriter, type Writer } from '../../support/writers.ts'
import type { HostTabOptions } from './net-test.ts'

/** What is cut off for less than this loses neither its session nor its patience. */
const patient = { sessionTimeoutMs: 40_000, timeoutMs: 90_000 }

export interface HostTab extends Tab {
  readonly host: string
}

export type Trio = readonly [HostTab, HostTab, HostTab]

export interface Busy {
  readonly tabs: Trio
  readonly writerOf: (tab: Tab) => Writer
  /** Waits until `tabs` had writes acknowledged that were begun after now. */
  goOn(tabs: readonly Tab[]): Promise<void>
  /** For people: the longest pause in the writes of each of `tabs` since `at`, and when it was over. */
  pauses(tabs: readonly Tab[], at: number): string
  /** Ends the writing, checks that everything that was acknowledged is there, and that all came to the same state. */
  end(): Promise<void>
}

export async function openThree(
  openOn: (host: string, options?: HostTabOptions) => Promise<Tab>,
  options: HostTabOptions = {},
): Promise<Trio> {
  const open = async (host: string) => ({ ...(await openOn(host, { ...patient, ...options })), host })
  const tabs = [await open('a'), await open('b'), await open('c')] as const
  await waitForVoters(tabs)
  return tabs
}

export async function keepBusy(tabs: Trio): Promise<Busy> {
  await tabs[0].keeper.evaluate(keeper => keeper.create('/written'))
  await Promise.all(tabs.map(tab => tab.keeper.evaluate(keeper => keeper.sync())))
  const writers = new Map<Tab, Writer>()
  for (const tab of tabs) writers.set(tab, await startWriter(tab, '/written'))
  const writerOf = (tab: Tab): Writer => {
    const writer = writers.get(tab)
    if (writer === undefined) throw new Error(`${tab.node} does not write`)
    return writer
  }
  const goOn = async (some: readonly Tab[]) => {
    const enough = some.map(tab => writerOf(tab).acknowledged.length + 3)
    await expect
      .poll(() => some.map((tab, index) => writerOf(tab).acknowledged.length > (enough[index] ?? 0)), {
        timeout: 60_000,
      })
      .toEqual(some.map(() => true))
  }
  await goOn(tabs)
  return {
    tabs,
    writerOf,
    goOn,
    pauses: (some, at) => some.map(tab => pauseOf(writerOf(tab), at)).join('; '),
    async end() {
      await Promise.all([...writers.values()].map(writer => writer.stop()))
      await expectAllThere(tabs[0], '/written', [...writers.values()])
      await expectSameState(tabs)
    },
  }
}

function pauseOf({ acknowledged }: Writer, since: number): string {
  const times = [since, ...acknowledged.map(({ at }) => at).filter(at => at > since)]
  const pauses = times.slice(1).map((at, index) => ({ ms: at - (times[index] ?? at), over: at - since }))
  const longest = pauses.reduce((one, other) => (other.ms > one.ms ? other : one), { ms: 0, over: 0 })
  return `${longest.ms} ms (until ${longest.over} ms after)`
}

/** Splits `tabs` into the leader and the others, in the order of their hosts. */
export async function leaderOf(
  tabs: Trio,
): Promise<{ leader: HostTab; others: readonly [HostTab, HostTab] }> {
  const node = await tabs[0].keeper.evaluate(async keeper => (await keeper.status())?.leader)
  const leader = tabs.find(tab => tab.node === node)
  const [one, two] = tabs.filter(tab => tab !== leader)
  if (leader === undefined || one === undefined || two === undefined) throw new Error(`${node} leads`)
  return { leader, others: [one, two] }
}

/** Waits until the keeper of `tab` is in `state`. Resolves with the time. */
export async function waitForState({ keeper }: Tab, state: string): Promise<number> {
  await expect.poll(() => keeper.evaluate(each => each.state)).toBe(state)
  return Date.now()
}
