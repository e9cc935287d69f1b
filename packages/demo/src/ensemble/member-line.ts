/** One member of the ensemble, as a line. */
import { h, setAttribute, setText } from '../ui/dom.ts'
import { shortId } from '../ui/format.ts'
import type { Member } from './facts.ts'

export interface MemberLine {
  readonly element: HTMLLIElement
  draw(member: Member, hue: number): void
}

export function createMemberLine(node: string): MemberLine {
  const id = h('code', { title: node }, shortId(node))
  const role = h('span', { class: 'role' })
  const you = h('span', { class: 'chip yours', hidden: true }, 'you')
  const link = h('span', { class: 'link-state' })
  const element = h(
    'li',
    { class: 'member', 'data-testid': `member:${node}` },
    h('span', { class: 'dot', 'aria-hidden': 'true' }),
    id,
    you,
    role,
    link,
  )
  return {
    element,
    draw({ role: as, isSelf, isConnected }, hue) {
      setAttribute(element, 'style', `--hue: ${hue}`)
      setAttribute(element, 'data-role', as)
      setAttribute(element, 'data-connected', String(isConnected))
      setText(role, as)
      you.hidden = !isSelf
      setText(link, isSelf ? '' : isConnected ? 'connected' : 'not connected')
    },
  }
}
