/** A few things to try, each one click away, as long as they have not been done. */
import { type Keeper, KeeperError } from '@peerkeeper/core'
import { writeLimit } from '../limits.ts'
import type { StatLike, TreeModel } from '../tree/model.ts'
import { act } from '../ui/action.ts'
import { byId, h } from '../ui/dom.ts'

export interface Examples {
  draw(tree: TreeModel<StatLike>, keeper: Keeper | null): void
}

interface Example {
  readonly id: string
  readonly label: string
  readonly title: string
  isDone(tree: TreeModel<StatLike>, session: number): boolean
  /** Returns the path that was made. */
  run(keeper: Keeper): Promise<string>
}

const examples: readonly Example[] = [
  {
    id: 'hello',
    label: 'create /hello',
    title: 'A persistent znode: it stays until somebody deletes it.',
    isDone: tree => tree.get('/hello') !== undefined,
    run: async keeper => (await keeper.create('/hello', 'world', writeLimit)).path,
  },
  {
    id: 'join',
    label: 'join /members',
    title: 'An ephemeral sequential znode: numbered by the ensemble, gone when this tab goes.',
    isDone: (tree, session) => childrenOf(tree, '/members').some(owner => owner === session),
    run: async keeper => {
      await ensure(keeper, '/members')
      const data = `${browserName(navigator.userAgent)}, session ${keeper.session}`
      return (await keeper.create('/members/m-', data, { mode: 'ephemeralSequential', ...writeLimit })).path
    },
  },
  {
    id: 'config',
    label: 'share /app/config',
    title: 'A value that all tabs see: edit it in one, watch it change in the others.',
    isDone: tree => tree.get('/app/config') !== undefined,
    run: async keeper => {
      await ensure(keeper, '/app')
      return (await keeper.create('/app/config', '{ "colour": "teal", "beta": false }', writeLimit)).path
    },
  },
]

export function createExamples(made: (path: string) => void): Examples {
  const place = byId('examples', HTMLElement)
  let keeper: Keeper | null = null
  const lead = h('span', { class: 'hint' }, 'Try')
  const welcome = h(
    'p',
    { class: 'welcome' },
    'Nothing here yet. Try one of these, then look at it from another tab.',
  )
  const buttons = examples.map(({ id, label, title, run }) => {
    const button = h('button', { type: 'button', title, 'data-testid': `example-${id}` }, label)
    button.addEventListener('click', () => {
      const at = keeper
      if (at) void act(button, async () => made(await run(at)))
    })
    return button
  })
  place.append(welcome, lead, ...buttons)

  return {
    draw(tree, by) {
      keeper = by
      for (const [index, { isDone }] of examples.entries()) {
        const button = buttons[index]
        if (button) button.hidden = by === null || isDone(tree, by.session)
      }
      place.hidden = buttons.every(button => button.hidden)
      place.classList.toggle('first', (tree.get('/')?.children.size ?? 0) <= 1)
    },
  }
}

/** The owners of a znode's children. */
function childrenOf(tree: TreeModel<StatLike>, path: string): readonly number[] {
  const children = tree.get(path)?.children ?? []
  return [...children].map(name => tree.get(`${path}/${name}`)?.stat?.ephemeralOwner ?? 0)
}

async function ensure(keeper: Keeper, path: string): Promise<void> {
  if (await keeper.exists(path, writeLimit)) return
  try {
    await keeper.create(path, '', writeLimit)
  } catch (error) {
    if (!(error instanceof KeeperError) || error.code !== 'NodeExists') throw error
  }
}

function browserName(userAgent: string): string {
  const [, name = 'a browser'] = /(Firefox|Edg|Chrome|Safari)/.exec(userAgent) ?? []
  return name === 'Edg' ? 'Edge' : name
}
