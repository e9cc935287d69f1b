/**
 * What proposers send: a ballot belongs to one life of one replica, carries at most one value for each slot, and has at
 * most one leader.
 *
 * Source: Lamport, Paxos Made Simple (2001), section 2.2: no ballot is used twice.
 */
import { type NodeId, type Slot, slotAfter } from '../../logic/base/ids.ts'
import { type Ballot, showBallot } from '../../logic/consensus/ballot.ts'
import type { Run } from '../../logic/consensus/value.ts'
import type { Step } from '../../logic/replica/step.ts'
import type { PeerMessage } from '../../logic/wire/envelope.ts'
import type { Observer, Running } from '../observer.ts'
import { require } from '../violation.ts'
import type { EngineView } from './engine-view.ts'
import { type BallotKey, ballotKey, type ValueKey, valueKey } from './value-key.ts'

interface Use {
  readonly node: NodeId
  readonly incarnation: number
  readonly values: Map<Slot, ValueKey>
}

export class Proposers implements Observer {
  readonly #view: EngineView
  readonly #uses = new Map<BallotKey, Use>()
  readonly #leaders = new Map<BallotKey, NodeId>()
  /** Messages go to several receivers: each is looked at once. */
  readonly #seen = new WeakSet<object>()

  constructor(view: EngineView) {
    this.#view = view
  }

  sent(running: Running, _to: NodeId, messages: readonly PeerMessage[]): void {
    for (const message of messages) {
      if (message.type !== 'engine' || typeof message.message !== 'object' || message.message === null)
        continue
      if (this.#seen.has(message.message)) continue
      this.#seen.add(message.message)
      const meaning = this.#view.meaning(message.message)
      if (meaning?.type === 'claims') this.#use(running, meaning.ballot)
      else if (meaning?.type === 'proposes') this.#propose(running, meaning.run)
    }
  }

  stepped({ id, replica }: Running, _step: Step): void {
    const { role, ballot } = replica.status()
    if (role !== 'leader') return
    const key = ballotKey(ballot)
    const leader = this.#leaders.get(key) ?? id
    this.#leaders.set(key, leader)
    require(leader === id, 'one-leader', () => `${leader} and ${id} both lead ${key}`)
  }

  #use({ id, incarnation }: Running, ballot: Ballot): Use {
    const key = ballotKey(ballot)
    const use = this.#uses.get(key) ?? { node: id, incarnation, values: new Map<Slot, ValueKey>() }
    this.#uses.set(key, use)
    require(use.node === id && use.incarnation === incarnation, 'ballot-reused', () =>
      `${showBallot(ballot)} is used by ${id} in life ${incarnation}, was by ${use.node} in life ${use.incarnation}`)
    return use
  }

  #propose(running: Running, run: Run): void {
    const { values } = this.#use(running, run.ballot)
    run.values.forEach((value, index) => {
      const at = slotAfter(run.firstSlot, index)
      const key = valueKey(value)
      const before = values.get(at) ?? key
      values.set(at, before)
      require(before === key, 'one-value-per-ballot', () =>
        `${running.id} proposed ${before} and ${key} for slot ${at} in ${showBallot(run.ballot)}`)
    })
  }
}
