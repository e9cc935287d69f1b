/** The selected znode on the page: its data to edit, a form for a child, its stat. */
import type { Keeper, Stat } from '@peerkeeper/core'
import type { Znode } from '../tree/model.ts'
import { chipsOf } from '../tree/view.ts'
import { byId, h, setText } from '../ui/dom.ts'
import { createChildForm } from './child-form.ts'
import { createDataForm } from './data-form.ts'
import { createFacts } from './facts.ts'

export interface ZnodePanel {
  /** Without a keeper that takes writes, nothing can be edited. */
  draw(znode: Znode<Stat>, keeper: Keeper | null, session: number): void
}

export function createZnodePanel(created: (path: string) => void): ZnodePanel {
  const path = byId('znode-path', HTMLElement)
  const chips = byId('znode-chips', HTMLElement)
  const data = createDataForm()
  const facts = createFacts()
  const child = createChildForm(made => {
    created(made)
    data.focus()
  })
  byId('znode', HTMLElement).append(h('div', { class: 'forms' }, data.element, child.element), facts.element)

  return {
    draw(znode, keeper, session) {
      setText(path, znode.path)
      const kinds = chipsOf(znode.path, znode.stat, session)
      if (chips.textContent !== kinds.join(''))
        chips.replaceChildren(...kinds.map(kind => h('span', { class: `chip ${kind}` }, kind)))
      data.draw(znode, keeper)
      child.draw(znode, keeper)
      facts.draw(znode.stat)
    },
  }
}
