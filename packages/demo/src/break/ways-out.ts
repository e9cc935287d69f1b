/** The ways out that only a person may take: each says plainly what is given up, does it, and loads the page again. */
import type { Keeper } from '@peerkeeper/core'
import { parseHash } from '../address/address.ts'
import { turnTo } from '../address/errand.ts'
import { ask } from '../ui/ask.ts'
import { shortId } from '../ui/format.ts'

/** Makes a new ensemble of what this replica holds. The page goes on from the `forked` event, as all of this replica do. */
export async function askToFork(keeper: Keeper): Promise<void> {
  const { missing } = keeper
  const isWanted = await ask({
    title: 'Fork: go on without the others?',
    text: [
      missing === null
        ? 'There is no majority missing for good, as far as this replica knows: waiting, or opening another tab, is all it takes.'
        : `${missing.missing.length} of ${missing.voters.length} voters are missing. Should they come back, nothing is lost by waiting.`,
      'A fork makes a new ensemble of what this replica holds. Given up are all writes that only the others have, and every ' +
        'session with its ephemerals. Who is in the old ensemble is refused, and can join the new one as a new member.',
    ],
    action: 'Fork',
  })
  if (isWanted) await keeper.fork()
}

export function followFork(ensemble: string): void {
  const address = parseHash(location.hash)
  const isInvited = address.ensemble !== null
  turnTo({ ...address, ensemble: isInvited ? ensemble : null }, { forked: ensemble })
}

/** Gives this browser's ensemble up for `ensemble`. */
export async function askToJoin(keeper: Keeper, ensemble: string): Promise<void> {
  const own = keeper.ensemble
  const isWanted = await ask({
    title: `Join ensemble ${shortId(ensemble)}?`,
    text: [
      `This browser gives up ensemble ${shortId(own)}: what only it holds of that tree is lost, and its sessions end. ` +
        'It then comes in as a new member and has the tree of the others.',
      'Other tabs of this browser that are still in the old one have to be closed first.',
    ],
    action: 'Give up and join',
  })
  if (!isWanted) return
  await keeper.close()
  turnTo({ ...parseHash(location.hash), ensemble }, { abandon: own })
}
