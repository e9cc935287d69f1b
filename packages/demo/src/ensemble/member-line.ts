/** One member of the ensemble, as a line. */
import { h, setAttribute, setText } from '../ui/dom.ts'
import { clockTime, shortId } from '../ui/format.ts'
import type { Member } from './facts.ts'
import { type Reach, reachText, reachTitle, whyNotBetter } from './reach.ts'

export interface MemberLine {
  readonly element: HTMLLIElement
  /** `reach` is null for this replica itself. */
  draw(member: Member, hue: number, reach: Reach | null): void
}

export function createMemberLine(node: string): MemberLine {
  const id = h('code', { title: node }, shortId(node))
  const role = h('span', { class: 'role' })
  const you = h('span', { class: 'chip yours', hidden: true }, 'you')
  const link = h('span', { class: 'link-state' })
  const why = h('span', { class: 'why', hidden: true })
  const element = h(
    'li',
    { class: 'member', 'data-testid': `member:${node}` },
    h('span', { class: 'dot', 'aria-hidden': 'true' }),
    id,
    you,
    role,
    link,
    why,
  )
  return {
    element,
    draw(member, hue, reach) {
      const { role: as, isSelf, isConnected, missingSinceMs } = member
      const obstacle = reach === null ? null : whyNotBetter(reach)
      setAttribute(element, 'style', `--hue: ${hue}`)
      setAttribute(element, 'data-role', as)
      setAttribute(element, 'data-connected', String(isConnected))
      setText(role, as)
      you.hidden = !isSelf
      setAttribute(element, 'data-heard', String(missingSinceMs === null))
      setAttribute(element, 'data-way', reach?.way ?? null)
      setText(link, linkText(member, reach))
      setAttribute(link, 'title', reach === null ? null : reachTitle(reach))
      why.hidden = obstacle === null
      setText(why, obstacle?.text ?? '')
      setAttribute(why, 'title', obstacle?.code ?? null)
    },
  }
}

function linkText({ missingSinceMs }: Member, reach: Reach | null): string {
  if (reach === null) return ''
  const since = missingSinceMs === null ? '' : ` since ${clockTime(missingSinceMs)}`
  return since !== '' && reach.way !== 'none' ? `silent${since}` : `${reachText(reach)}${since}`
}
