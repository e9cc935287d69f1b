/** The menu of protocols: choosing one leads to the room beside this one that runs on it. */
import { type Address, engines, linkTo, withEngine } from './address/address.ts'
import { byId, h } from './ui/dom.ts'

export function createEngineMenu(address: Address): void {
  const menu = byId('engine-menu', HTMLSelectElement)
  for (const { name, label, title } of engines)
    menu.append(h('option', { value: name, title, selected: name === address.engine }, label))
  menu.addEventListener('change', () => {
    const chosen = engines.find(({ name }) => name === menu.value)
    if (chosen !== undefined) location.href = linkTo(location.pathname, withEngine(address, chosen.name))
  })
}
