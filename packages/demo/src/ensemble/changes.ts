/** What happened in an ensemble between two looks at it. Pure: no clock, and in the order in which people tell it. */
import { shortId } from '../ui/format.ts'
import type { StatusLike } from './facts.ts'

export type Members = StatusLike['membership']

/** A decided change of who takes part. */
export type MemberChange =
  | { readonly type: 'joined'; readonly node: string; readonly as: 'voter' | 'observer' }
  | { readonly type: 'promoted' | 'demoted' | 'takenOut'; readonly node: string }

export type Change =
  | MemberChange
  | { readonly type: 'leads'; readonly node: string }
  | { readonly type: 'leaderless' }
  | { readonly type: 'connected' | 'heardAgain'; readonly node: string }
  /** `sinceMs` (milliseconds since 1970) is null where it is not known. */
  | { readonly type: 'notConnected'; readonly node: string; readonly sinceMs: number | null }
  /** It has a connection and says nothing, as a frozen tab. */
  | { readonly type: 'silent'; readonly node: string; readonly sinceMs: number }

/** Nothing at the first look, or where it is another replica's. */
export function changesBetween(before: StatusLike | null, after: StatusLike): readonly Change[] {
  if (before === null || before.node !== after.node) return []
  return [
    ...memberChanges(before.membership, after.membership),
    ...leaderChanges(before, after),
    ...linkChanges(before, after),
  ]
}

export function memberChanges(before: Members, after: Members): readonly MemberChange[] {
  const changes: MemberChange[] = []
  const known = new Set([...before.voters, ...before.observers])
  for (const node of after.voters)
    if (before.observers.includes(node)) changes.push({ type: 'promoted', node })
    else if (!known.has(node)) changes.push({ type: 'joined', node, as: 'voter' })
  for (const node of after.observers)
    if (before.voters.includes(node)) changes.push({ type: 'demoted', node })
    else if (!known.has(node)) changes.push({ type: 'joined', node, as: 'observer' })
  const remaining = new Set([...after.voters, ...after.observers])
  for (const node of known) if (!remaining.has(node)) changes.push({ type: 'takenOut', node })
  return changes
}

function leaderChanges({ leader: before }: StatusLike, { leader }: StatusLike): readonly Change[] {
  if (leader === before) return []
  return [leader === null ? { type: 'leaderless' } : { type: 'leads', node: leader }]
}

/** Of those who take part: who goes after being taken out is no news. */
function linkChanges(before: StatusLike, after: StatusLike): readonly Change[] {
  const { voters, observers } = after.membership
  const silentIn = ({ missing }: StatusLike) => missing.filter(({ isConnected }) => isConnected)
  const wasSilent = new Set(silentIn(before).map(({ node }) => node))
  const isSilent = new Set(silentIn(after).map(({ node }) => node))
  const changes: Change[] = []
  for (const node of [...voters, ...observers]) {
    const [was, is] = [before, after].map(({ connected }) => connected.includes(node))
    const missed = after.missing.find(each => each.node === node)
    if (was && !is) changes.push({ type: 'notConnected', node, sinceMs: missed?.since ?? null })
    else if (missed !== undefined && isSilent.has(node) && !wasSilent.has(node))
      changes.push({ type: 'silent', node, sinceMs: missed.since })
    else if (!was && is) changes.push({ type: 'connected', node })
    else if (is && wasSilent.has(node) && !isSilent.has(node)) changes.push({ type: 'heardAgain', node })
  }
  return changes
}

/** `a1b2c3 joined as an observer`; `timeOf` writes a time of the day. */
export function sentenceOf(change: Change, self: string, timeOf: (ms: number) => string): string {
  if (change.type === 'leaderless') return 'no leader is known'
  const who = shortId(change.node) + (change.node === self ? ' (you)' : '')
  return `${who} ${saidOf(change, timeOf)}`
}

function saidOf(change: Exclude<Change, { type: 'leaderless' }>, timeOf: (ms: number) => string): string {
  switch (change.type) {
    case 'joined':
      return change.as === 'voter' ? 'joined and votes' : 'joined as an observer'
    case 'promoted':
      return 'was promoted: it votes'
    case 'demoted':
      return 'votes no more'
    case 'takenOut':
      return 'was taken out'
    case 'leads':
      return 'leads now'
    case 'connected':
      return 'is connected'
    case 'heardAgain':
      return 'is heard again'
    case 'notConnected':
      return change.sinceMs === null ? 'is not connected' : `is not connected since ${timeOf(change.sinceMs)}`
    case 'silent':
      return `is silent since ${timeOf(change.sinceMs)}`
  }
}

/** `+a1b2c3 observer, d4e5f6 removed`; without an earlier membership, how many there are. For a line of the log. */
export function membershipText(before: Members | null, after: Members): string {
  const told = before === null ? [] : memberChanges(before, after).map(shortly)
  if (told.length > 0) return told.join(', ')
  return `${after.voters.length} voting, ${after.observers.length} observing`
}

function shortly(change: MemberChange): string {
  const id = shortId(change.node)
  switch (change.type) {
    case 'joined':
      return `+${id} ${change.as}`
    case 'promoted':
      return `${id} promoted`
    case 'demoted':
      return `${id} demoted`
    case 'takenOut':
      return `${id} removed`
  }
}
