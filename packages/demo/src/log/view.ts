/** Draws decisions as lines: each once, and no more than are kept. */
import type { Decision } from '@peerkeeper/core'
import { type Members, membershipText } from '../ensemble/changes.ts'
import { decisionsMax } from '../limits.ts'
import { h } from '../ui/dom.ts'
import { clockTime, count, hueOf } from '../ui/format.ts'

const words: Readonly<Record<Decision['what'], string>> = {
  noop: 'nothing',
  membership: 'membership',
  openSession: 'open session',
  closeSession: 'close session',
  expireSession: 'expire session',
  lead: 'lead',
  create: 'create',
  delete: 'delete',
  set: 'set',
  check: 'check',
  setAcl: 'set ACL',
  multi: 'multi',
  addAuth: 'add identity',
  setQuota: 'set quota',
  sweep: 'sweep',
  unreadable: 'unreadable',
}

export class LogView {
  readonly #list: HTMLElement
  #lastSlot = 0
  /** As of `#lastSlot`, where one was told. */
  #members: Members | null = null

  constructor(list: HTMLElement) {
    this.#list = list
  }

  /** Adds what is new of `newestFirst` on top. `own` is the page's session. */
  draw(newestFirst: readonly Decision[], own: number): void {
    const end = newestFirst.findIndex(({ slot }) => slot <= this.#lastSlot)
    const fresh = end < 0 ? newestFirst : newestFirst.slice(0, end)
    if (fresh.length === 0) return
    for (const decision of fresh.toReversed()) {
      const { membership, path } = decision
      const subject = membership === null ? (path ?? '') : membershipText(this.#members, membership)
      this.#members = membership ?? this.#members
      this.#list.prepend(lineOf(decision, subject, own))
    }
    while (this.#list.childElementCount > decisionsMax) this.#list.lastElementChild?.remove()
    this.#lastSlot = fresh[0]?.slot ?? this.#lastSlot
  }
}

function lineOf({ slot, what, session, timeMs }: Decision, subject: string, own: number): HTMLLIElement {
  return h(
    'li',
    { 'data-what': what, 'data-slot': slot },
    h('span', { class: 'slot' }, count(slot)),
    h('span', { class: 'what' }, words[what]),
    h('span', { class: 'subject', title: subject }, subject),
    session === null ? null : sessionMark(session, own),
    h('time', {}, timeMs === null ? '' : clockTime(timeMs)),
  )
}

const sessionMark = (session: number, own: number): HTMLElement =>
  h(
    'span',
    { class: 'session', style: `--hue: ${hueOf(session)}`, title: `session ${session}` },
    session === own ? 'you' : `#${session}`,
  )

/** One sentence for those who listen. */
export function spoken(fresh: readonly Decision[]): string {
  const [last] = fresh
  if (last === undefined) return ''
  const subject = [words[last.what], last.path ?? ''].join(' ').trim()
  return fresh.length === 1 ? `Decided: ${subject}` : `${fresh.length} decisions, the last: ${subject}`
}
