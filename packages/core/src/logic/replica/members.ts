/**
 * Which membership change a doer should ask for next: a pure rule from what it knows to one change or none. Whether the
 * change is taken is the engine's decision; it is asked for again until it is, or something else is due.
 *
 * Counts of voters are kept odd, because one voter more makes a quorum larger and no failure survivable: of two replicas one
 * votes, so that neither depends on the other more than it must. A voter that is gone is taken out first, then replaced; it
 * comes back as an observer like anybody else. Nothing is done that would leave fewer than a quorum of the new voters here.
 */
import type { NodeId } from '../base/ids.ts'
import type { MembershipChange } from '../consensus/membership.ts'

/** One member, as the doer sees it. */
export interface MemberView {
  readonly node: NodeId
  /** Heard lately: can vote for a change. */
  readonly isHeard: boolean
  /** Heard, and stays: counts towards a quorum that is to be relied on. */
  readonly isHere: boolean
  /** Not heard for so long, or on its way out: to be taken out. */
  readonly isGone: boolean
  /** Heard, not on its way out, and close to the end of the log: could vote now, though it may not be here for long. */
  readonly isClose: boolean
  /** Has been so for long enough to vote. */
  readonly isFit: boolean
}

export interface EnsembleView {
  /** Who decides: never taken out while another may be. */
  readonly self: NodeId
  /** Sorted by id, as are the observers. */
  readonly voters: readonly MemberView[]
  readonly observers: readonly MemberView[]
  /** Odd. */
  readonly votersWanted: number
}

export function nextChange(view: EnsembleView): MembershipChange | null {
  const { voters } = view
  if (voters.filter(({ isHeard }) => isHeard).length < quorumOf(voters.length)) return null
  return (
    completed(view) ?? freed(view) ?? grown(view) ?? evened(view) ?? replaced(view) ?? withoutObserver(view)
  )
}

/** An even number of voters becomes odd by one more. */
function completed({ voters, observers, votersWanted }: EnsembleView): MembershipChange | null {
  const fit = observers.find(({ isFit }) => isFit)
  if (fit === undefined || voters.length % 2 === 1 || voters.length >= votersWanted) return null
  return here(voters) + 1 >= quorumOf(voters.length + 1) ? { type: 'promote', node: fit.node } : null
}

/** A voter that is gone makes room where another can take its place, or where the others are better off without it. */
function freed(view: EnsembleView): MembershipChange | null {
  const { voters, observers } = view
  const gone = voters.filter(({ isGone }) => isGone)
  const isWorthIt = observers.some(({ isFit }) => isFit) || voters.length % 2 === 0 || leavesOdd(view)
  return isWorthIt
    ? (gone.map(member => taken(voters, member)).find(change => change !== null) ?? null)
    : null
}

/** Whether those that are here make an odd number that is smaller by two or more. */
const leavesOdd = ({ voters }: EnsembleView): boolean =>
  voters.filter(({ isGone }) => isGone).length >= 2 || (voters.length === 3 && here(voters) === 2)

/** Two more voters, where two can be had. */
function grown({ voters, observers, votersWanted }: EnsembleView): MembershipChange | null {
  const fit = observers.filter(({ isFit }) => isFit)
  const [first] = fit
  const isOdd = voters.length % 2 === 1
  if (first === undefined || !isOdd || fit.length < 2 || voters.length + 2 > votersWanted) return null
  return here(voters) + 1 >= quorumOf(voters.length + 1) ? { type: 'promote', node: first.node } : null
}

/** One voter too many: of an even number that nobody completes, or over what is wanted. */
function evened({ self, voters, votersWanted }: EnsembleView): MembershipChange | null {
  if (voters.length % 2 === 1 && voters.length <= votersWanted) return null
  const last = voters.filter(({ node }) => node !== self).at(-1)
  return last === undefined ? null : taken(voters, last)
}

/**
 * A voter is gone, and the others cannot do without it: another votes first. Those who leave and wait for it help out, for
 * they are heard: so the only voter that leaves is replaced, and one that leaves while another is gone. They do not wait
 * long: the heir may have been here for however short a time, or nobody could ever decide anything.
 */
function replaced({ voters, observers }: EnsembleView): MembershipChange | null {
  const gone = voters.filter(({ isGone }) => isGone)
  const isUrgent = gone.some(({ isHeard }) => isHeard)
  const heir = observers.find(({ isFit }) => isFit) ?? observers.find(({ isClose }) => isUrgent && isClose)
  if (heir === undefined || gone.length === 0) return null
  const heard = voters.filter(({ isHeard }) => isHeard).length
  return heard + 1 >= quorumOf(voters.length + 1) ? { type: 'promote', node: heir.node } : null
}

function withoutObserver({ observers }: EnsembleView): MembershipChange | null {
  const gone = observers.find(({ isGone }) => isGone)
  return gone === undefined ? null : { type: 'remove', node: gone.node }
}

/**
 * Takes `member` out of `voters`, where a quorum of the others is here. Where it leaves, others that leave count, too: it goes in
 * any case, and they wait for their turn.
 */
function taken(voters: readonly MemberView[], member: MemberView): MembershipChange | null {
  const others = voters.filter(({ node }) => node !== member.node)
  const isLeaving = member.isGone && member.isHeard
  const counted = isLeaving ? others.filter(({ isHeard }) => isHeard).length : here(others)
  if (others.length === 0 || counted < quorumOf(others.length)) return null
  return { type: 'remove', node: member.node }
}

const here = (members: readonly MemberView[]): number => members.filter(({ isHere }) => isHere).length

const quorumOf = (voters: number): number => Math.floor(voters / 2) + 1
