/** One member of the ensemble, as a line. */
import { h, setAttribute, setText } from '../ui/dom.ts'
import { clockTime, shortId } from '../ui/format.ts'
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
    draw(member, hue) {
      const { role: as, isSelf, isConnected, missingSinceMs } = member
      setAttribute(element, 'style', `--hue: ${hue}`)
      setAttribute(element, 'data-role', as)
      setAttribute(element, 'data-connected', String(isConnected))
      setText(role, as)
      you.hidden = !isSelf
      setAttribute(element, 'data-heard', String(missingSinceMs === null))
      setText(link, linkText(member))
    },
  }
}

function linkText({ isSelf, isConnected, missingSinceMs }: Member): string {
  if (isSelf) return ''
  const since = missingSinceMs === null ? '' : ` since ${clockTime(missingSinceMs)}`
  if (!isConnected) return `not connected${since}`
  return since === '' ? 'connected' : `silent${since}`
}
