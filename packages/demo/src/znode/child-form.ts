/** The form that creates a child of the selected znode. */
import type { CreateMode, Keeper, Stat } from '@peerkeeper/core'
import { writeLimit } from '../limits.ts'
import { joinPath, type Znode } from '../tree/model.ts'
import { isEphemeral, isReserved } from '../tree/rows.ts'
import { act, setAvailable } from '../ui/action.ts'
import { h, setText } from '../ui/dom.ts'

/** Those that need nothing but a name. */
const modes = {
  persistent: 'persistent',
  ephemeral: 'ephemeral',
  persistentSequential: 'sequential',
  ephemeralSequential: 'ephemeral sequential',
  container: 'container',
} as const satisfies Partial<Record<CreateMode, string>>

const isMode = (value: string): value is keyof typeof modes => Object.hasOwn(modes, value)

export interface ChildForm {
  readonly element: HTMLElement
  draw(znode: Znode<Stat>, keeper: Keeper | null): void
}

export function createChildForm(created: (path: string) => void): ChildForm {
  const name = h('input', {
    id: 'child',
    placeholder: 'name',
    autocomplete: 'off',
    spellcheck: false,
    'data-testid': 'child-name',
  })
  const options = Object.entries(modes).map(([value, words]) => h('option', { value }, words))
  const mode = h('select', { 'aria-label': 'Kind', 'data-testid': 'child-mode' }, ...options)
  const create = h('button', { 'data-testid': 'create' }, 'Create')
  const hint = h('p', { class: 'hint' })
  const row = h('div', { class: 'field-row' }, name, mode, create)
  const element = h('form', { class: 'child-form' }, h('label', { for: 'child' }, 'New child'), row, hint)

  let parent = '/'
  let keeper: Keeper | null = null

  element.addEventListener('submit', event => {
    event.preventDefault()
    const kind = mode.value
    const at = keeper
    if (!at || !isMode(kind)) return
    const path = joinPath(parent, name.value)
    void act(create, async () => {
      const { path: made } = await at.create(path, '', { mode: kind, ...writeLimit })
      name.value = ''
      created(made)
    })
  })

  function draw({ path, stat }: Znode<Stat>, by: Keeper | null): void {
    keeper = by
    parent = path
    const isBarren = isEphemeral(stat) || isReserved(path)
    const isFixed = isBarren || by === null
    name.disabled = mode.disabled = isFixed
    setAvailable(create, !isFixed)
    setText(hint, hintFor(path, isEphemeral(stat)))
  }

  return { element, draw }
}

function hintFor(path: string, isBarren: boolean): string {
  if (isBarren) return 'An ephemeral znode goes with its session and has no children.'
  return isReserved(path) ? 'What is below /zookeeper is kept by the ensemble itself.' : ''
}
