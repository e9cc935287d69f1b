/** The menus of protocols and of replicas: choosing leads to the room beside this one that is of that kind. */
import { type Address, engines, linkTo, replicaKinds, withEngine, withReplicas } from './address/address.ts'
import { byId, h } from './ui/dom.ts'

interface Choice<Name extends string> {
  readonly name: Name
  readonly label: string
  readonly title: string
}

export function createMenus(address: Address): void {
  createMenu('engine-menu', engines, address.engine, name => withEngine(address, name))
  createMenu('replicas-menu', replicaKinds, address.replicas, name => withReplicas(address, name))
}

function createMenu<Name extends string>(
  id: string,
  choices: readonly Choice<Name>[],
  present: Name,
  to: (name: Name) => Address,
): void {
  const menu = byId(id, HTMLSelectElement)
  for (const { name, label, title } of choices)
    menu.append(h('option', { value: name, title, selected: name === present }, label))
  menu.addEventListener('change', () => {
    const chosen = choices.find(({ name }) => name === menu.value)
    if (chosen !== undefined) location.href = linkTo(location.pathname, to(chosen.name))
  })
}
