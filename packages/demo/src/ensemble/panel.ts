/** The ensemble on the page: this replica's facts, and every member. */
import type { KeeperState, MissingQuorum, ReplicaStatus } from '@peerkeeper/core'
import { onClick } from '../ui/action.ts'
import { byId, h, setAttribute, setText } from '../ui/dom.ts'
import { count, huesOf, shortDigest, shortId } from '../ui/format.ts'
import { adviceFor, membersOf, quorumOf, quorumText } from './facts.ts'
import { createFeed } from './feed.ts'
import { createMemberLine, type MemberLine } from './member-line.ts'
import { reachOf, type Seen } from './reach.ts'

export interface EnsemblePanel {
  /** Every status as it comes, for the feed. */
  follow(status: ReplicaStatus): void
  /** `missing` is null while a quorum is in reach. */
  draw(state: KeeperState, status: ReplicaStatus | null, missing: MissingQuorum | null, seen: Seen): void
}

const forkLabel = 'Fork ...'
const forkTitle =
  'Makes a new ensemble of what this replica holds. The tree goes on under a new ensemble id, without those that are missing.'

const ballotOf = ({ ballot }: ReplicaStatus): string => `${ballot.counter}.${shortId(ballot.node)}`

const facts: Readonly<Record<string, { of(status: ReplicaStatus): string; title: string }>> = {
  leader: { of: ({ leader }) => (leader === null ? 'none' : shortId(leader)), title: 'Who proposes' },
  ballot: { of: ballotOf, title: 'The number of the present proposals: a counter and the node that uses it' },
  chosen: {
    of: status => count(status.chosenThrough),
    title: 'Everything up to this slot of the log is chosen',
  },
  applied: { of: status => count(status.appliedThrough), title: 'Everything up to this slot is in the tree' },
  digest: {
    of: status => shortDigest(status.digest),
    title: 'Fingerprint of the state: equal at equal slots on every replica',
  },
  engine: { of: status => status.engine, title: 'The consensus protocol' },
  incarnation: { of: status => count(status.incarnation), title: 'How often this replica was opened' },
  ensemble: {
    of: status => shortId(status.ensemble),
    title: 'Minted when it was founded; an invitation names it',
  },
}

export interface EnsembleOffers {
  /** Offered where a quorum is missing; asks back. */
  fork(): Promise<void>
  /** Offered to who is alone. */
  invite(): void
}

export function createEnsemblePanel({ fork, invite }: EnsembleOffers): EnsemblePanel {
  const place = byId('ensemble', HTMLElement)
  const badge = byId('state', HTMLElement)
  const quorum = byId('quorum', HTMLElement)
  const advice = h('p', { class: 'advice', role: 'status', 'data-testid': 'advice', hidden: true })
  const offer = h('button', { type: 'button', class: 'danger', 'data-testid': 'fork-offer' }, forkLabel)
  onClick(offer, fork)
  const way = h('p', { class: 'way-out', hidden: true, title: forkTitle }, 'They never come back? ', offer)
  const inviting = h('button', { type: 'button', class: 'link', 'data-testid': 'invite-offer' }, 'invite it')
  inviting.addEventListener('click', invite)
  const alone = h(
    'p',
    { class: 'way-out', hidden: true },
    'Another browser or device has a room of its own until you ',
    inviting,
    '.',
  )
  const feed = createFeed()
  const list = h('ul', { class: 'members', 'data-testid': 'members', 'aria-label': 'Members' })
  const lines = new Map<string, MemberLine>()
  const rows = Object.entries(facts).map(([name, { of, title }]) => {
    const value = h('dd', { 'data-testid': name }, '–')
    return { of, value, element: h('div', { title }, h('dt', {}, name), value) }
  })
  place.append(
    advice,
    way,
    alone,
    list,
    feed.element,
    h('dl', { class: 'facts' }, ...rows.map(({ element }) => element)),
  )

  function drawMembers(status: ReplicaStatus, seen: Seen): void {
    const members = membersOf(status)
    const hues = huesOf(members.map(({ node }) => node))
    for (const [index, member] of members.entries()) {
      const line = lines.get(member.node) ?? createMemberLine(member.node)
      lines.set(member.node, line)
      const reach = member.isSelf ? null : reachOf(member.node, status, seen)
      line.draw(member, hues.get(member.node) ?? 0, reach)
      const there = list.children[index]
      if (there !== line.element) list.insertBefore(line.element, there ?? null)
    }
    for (const [node, { element }] of lines) {
      if (members.some(member => member.node === node)) continue
      element.remove()
      lines.delete(node)
    }
  }

  return {
    follow: feed.add,
    draw(state, status, missing, seen) {
      setText(badge, state)
      setAttribute(badge, 'data-state', state)
      const text = adviceFor(state, status, missing)
      advice.hidden = text === null
      setText(advice, text ?? '')
      way.hidden = missing === null || state === 'closed' || state === 'expired'
      setAttribute(advice, 'data-tone', state === 'connected' ? 'hint' : 'warning')
      setAttribute(place, 'data-state', state)
      alone.hidden = state !== 'connected' || status === null || membersOf(status).length > 1
      if (status === null) return
      setText(quorum, quorumText(quorumOf(status)))
      drawMembers(status, seen)
      for (const { of, value } of rows) setText(value, of(status))
    },
  }
}
