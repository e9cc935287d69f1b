/** The buttons that break this replica: freeze and wipe, and the fork that gives the others up. */
import type { Keeper, ReplicaStatus } from '@peerkeeper/core'
import { quorumOf } from '../ensemble/facts.ts'
import { freezeMs } from '../limits.ts'
import type { ReplicaWorker } from '../replica/freeze.ts'
import { wipeReplica } from '../replica/wipe.ts'
import { onClick, setAvailable } from '../ui/action.ts'
import { ask } from '../ui/ask.ts'
import { byId, setText } from '../ui/dom.ts'

export interface BreakOptions {
  readonly worker: ReplicaWorker
  keeper(): Keeper | null
  status(): ReplicaStatus | null
  /** The storage is about to go, and the replica with it. */
  wiping(): void
  fork(): Promise<void>
}

export interface BreakPanel {
  draw(): void
}

export function createBreakPanel({ worker, keeper, status, wiping, fork }: BreakOptions): BreakPanel {
  const freezeButton = byId('freeze', HTMLButtonElement)
  const wipeButton = byId('wipe', HTMLButtonElement)
  const forkButton = byId('fork', HTMLButtonElement)
  const freezeLabel = `Freeze for ${freezeMs / 1_000} s`
  setText(freezeButton, freezeLabel)

  onClick(freezeButton, async () => {
    if (!(await worker.freeze(freezeMs)))
      throw new Error('the replica runs in another tab of this browser: freeze it there')
    for (let leftMs = freezeMs; leftMs > 0; leftMs -= 1_000) {
      setText(freezeButton, `Frozen for ${leftMs / 1_000} s`)
      await new Promise(resolve => setTimeout(resolve, 1_000))
    }
    setText(freezeButton, freezeLabel)
  })
  onClick(wipeButton, async () => {
    const now = status()
    if (now === null || !(await askToWipe(now))) return
    wiping()
    await wipeReplica(now.node)
  })
  onClick(forkButton, fork)

  return {
    draw() {
      const now = status()
      const isOpen = keeper() !== null && !['closed', 'expired'].includes(keeper()?.state ?? 'closed')
      setAvailable(freezeButton, isOpen)
      setAvailable(wipeButton, isOpen && now !== null && quorumOf(now).reached > 1)
      setAvailable(forkButton, isOpen)
    },
  }
}

/** Says whether the others go on without it. */
function askToWipe(status: ReplicaStatus): Promise<boolean> {
  const { reached, needed } = quorumOf(status)
  const isVoter = status.membership.voters.includes(status.node)
  const isNeeded = reached - (isVoter ? 1 : 0) < needed
  return ask({
    title: 'Wipe this replica?',
    text: [
      'All that it has stored is deleted, as when a browser clears the data of a site: what it promised is forgotten, so it ' +
        'must never vote again. Who comes back is a new member.',
      isNeeded
        ? 'Without it there is no quorum: the others decide nothing until who is missing comes back, or somebody forks.'
        : 'The others have a quorum without it: they take it out and go on.',
    ],
    action: 'Wipe',
  })
}
