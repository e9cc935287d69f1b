/** Draws the tree's rows, keeping each znode's element from frame to frame, and lets changes flash. */
import type { Stat } from '@peerkeeper/core'
import { h, setAttribute, setText } from '../ui/dom.ts'
import { count } from '../ui/format.ts'
import { wantsStillness } from '../ui/frame.ts'
import { preview } from '../znode/text.ts'
import { nameOf } from './model.ts'
import { isEphemeral, isSequential, type Row } from './rows.ts'

export interface TreeViewEvents {
  select(path: string): void
  toggle(path: string): void
  showAll(parent: string): void
}

/** Whose change a flash tells of. */
export type Author = 'mine' | 'theirs'

const flashMs = 1_400

interface Line {
  readonly element: HTMLElement
  readonly twisty: HTMLElement
  readonly name: HTMLElement
  readonly chips: HTMLElement
  readonly data: HTMLElement
  readonly version: HTMLElement
}

export class TreeView {
  readonly #list: HTMLElement
  readonly #on: TreeViewEvents
  readonly #lines = new Map<string, Line>()
  #more: HTMLElement[] = []

  constructor(list: HTMLElement, on: TreeViewEvents) {
    this.#list = list
    this.#on = on
    list.addEventListener('click', event => this.#clicked(event))
  }

  /** Shows `rows`; `session` is the page's own, whose ephemerals are marked. */
  draw(rows: readonly Row<Stat>[], selected: string, session: number): void {
    const shown = new Set<string>()
    for (const more of this.#more) more.remove()
    this.#more = []
    let before: Element | null = this.#list.firstElementChild
    for (const row of rows) {
      let element: HTMLElement
      if (row.type === 'more') {
        element = moreLine(row)
        this.#more.push(element)
      } else {
        shown.add(row.znode.path)
        element = this.#drawLine(row, selected, session)
      }
      if (element === before) before = before.nextElementSibling
      else this.#list.insertBefore(element, before)
    }
    for (const [path, { element }] of this.#lines) {
      if (shown.has(path)) continue
      element.remove()
      this.#lines.delete(path)
    }
  }

  /** Lets the row of `path` light up for a moment, if it is shown. */
  flash(path: string, author: Author): void {
    const element = this.#lines.get(path)?.element
    if (element === undefined) return
    element.dataset['by'] = author
    if (wantsStillness()) return
    const colour = author === 'mine' ? 'var(--flash-mine)' : 'var(--flash-theirs)'
    for (const running of element.getAnimations()) running.cancel()
    element.animate([{ backgroundColor: colour, offset: 0 }], {
      duration: flashMs,
      easing: 'ease-out',
    })
  }

  focus(path: string): void {
    const element = this.#lines.get(path)?.element
    element?.focus({ preventScroll: true })
    element?.scrollIntoView({ block: 'nearest' })
  }

  #drawLine(row: Extract<Row<Stat>, { type: 'znode' }>, selected: string, session: number): HTMLElement {
    const { znode, level, open, place, siblings } = row
    const line = this.#lines.get(znode.path) ?? newLine(znode.path)
    this.#lines.set(znode.path, line)
    const { element, twisty, name, chips, data, version } = line
    const isSelected = znode.path === selected
    setAttribute(element, 'aria-level', level)
    setAttribute(element, 'aria-posinset', place)
    setAttribute(element, 'aria-setsize', siblings)
    setAttribute(element, 'aria-expanded', open === null ? null : String(open))
    setAttribute(element, 'aria-selected', String(isSelected))
    setAttribute(element, 'tabindex', isSelected ? 0 : -1)
    setText(twisty, open === null ? '' : open ? '▾' : '▸')
    setText(name, znode.path === '/' ? '/' : nameOf(znode.path))
    const kinds = chipsOf(znode.path, znode.stat, session)
    if (chips.dataset['kinds'] !== kinds.join()) {
      chips.dataset['kinds'] = kinds.join()
      chips.replaceChildren(...kinds.map(kind => h('span', { class: `chip ${kind}` }, kind)))
    }
    setText(data, znode.stat === null ? '…' : preview(znode.data))
    setText(version, znode.stat === null || znode.stat.version === 0 ? '' : `v${znode.stat.version}`)
    return element
  }

  #clicked(event: Event): void {
    if (!(event.target instanceof Element)) return
    const more = event.target.closest<HTMLElement>('[data-more]')?.dataset['more']
    if (more !== undefined) return this.#on.showAll(more)
    const path = event.target.closest<HTMLElement>('[data-path]')?.dataset['path']
    if (path === undefined) return
    if (event.target.closest('.twisty')) this.#on.toggle(path)
    else this.#on.select(path)
  }
}

export function chipsOf(path: string, stat: Stat | null, session: number): readonly string[] {
  const kinds: string[] = []
  if (isEphemeral(stat)) kinds.push('ephemeral')
  if (isSequential(path)) kinds.push('sequential')
  if (stat?.ephemeralOwner === session) kinds.push('yours')
  return kinds
}

function newLine(path: string): Line {
  const twisty = h('span', { class: 'twisty', 'aria-hidden': 'true' })
  const name = h('span', { class: 'name' })
  const chips = h('span', { class: 'chips' })
  const data = h('span', { class: 'data' })
  const version = h('span', { class: 'version' })
  const attributes = { role: 'treeitem', 'data-path': path, 'data-testid': `znode:${path}` }
  const element = h('div', attributes, twisty, name, chips, data, version)
  return { element, twisty, name, chips, data, version }
}

function moreLine({ parent, level, hidden }: Extract<Row<Stat>, { type: 'more' }>): HTMLElement {
  const button = h(
    'button',
    { type: 'button', class: 'link', 'data-more': parent },
    `${count(hidden)} more …`,
  )
  return h('div', { class: 'more', role: 'none', 'aria-level': level }, button)
}
