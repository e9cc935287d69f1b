/** Who votes and who observes, as all tabs of an ensemble know it. */
import { expect } from '@playwright/test'
import { statusOf, type Tab } from './tab.ts'

/** A dead tab is given up after seconds, and then members change one by one. */
const becomeMs = 30_000

/**
 * Waits until `tabs` and so many that are gone, and nobody else, are members, so many of all of them voters, and each tab
 * knows it and the same leader, which votes.
 */
export async function membersBecome(
  tabs: readonly Tab[],
  { voters: count, gone }: { readonly voters: number; readonly gone: number },
): Promise<void> {
  const nodes = tabs.map(({ node }) => node).sort()
  const view = async (tab: Tab) => {
    const { membership, leader } = await statusOf(tab)
    const { voters, observers } = membership
    return {
      voters: voters.length,
      here: [...voters, ...observers].filter(member => nodes.includes(member)).sort(),
      gone: [...voters, ...observers].filter(member => !nodes.includes(member)).length,
      leader,
      leaderVotes: voters.some(voter => voter === leader),
    }
  }
  const agreed = (views: readonly Awaited<ReturnType<typeof view>>[]) => ({
    views: views.map(({ leader, ...all }) => all),
    leaders: new Set(views.map(({ leader }) => leader)).size,
  })
  await expect
    .poll(async () => agreed(await Promise.all(tabs.map(view))), { timeout: becomeMs })
    .toEqual({ views: tabs.map(() => ({ voters: count, here: nodes, gone, leaderVotes: true })), leaders: 1 })
}
