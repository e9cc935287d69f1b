/** The tree on the page: joins model, what is open, what is selected, drawing and keys. */
import type { Stat, ZnodeEvent } from '@peerkeeper/core'
import { byId, setText } from '../ui/dom.ts'
import { many } from '../ui/format.ts'
import { perFrame } from '../ui/frame.ts'
import { keyAction } from './keys.ts'
import { parentOf, TreeModel } from './model.ts'
import { type Row, rowsOf, Unfolding } from './rows.ts'
import { TreeView } from './view.ts'

export interface TreePanelOptions {
  /** The page's own session; 0 while there is none. */
  session(): number
  /** The session that made transaction `zxid`, where it is known. */
  sessionOf(zxid: number): number | null
  /** After each drawing. */
  drawn(): void
}

export interface TreePanel {
  readonly tree: TreeModel<Stat>
  readonly selected: string
  select(path: string): void
  event(event: ZnodeEvent): void
  /** Draws in the next frame. */
  redraw(): void
}

export function createTreePanel(options: TreePanelOptions): TreePanel {
  const tree = new TreeModel<Stat>()
  const unfolding = new Unfolding()
  const list = byId('tree', HTMLElement)
  const counter = byId('tree-count', HTMLElement)
  /** Changed paths that have not flashed yet, with the transaction that changed them. */
  const changed = new Map<string, number>()
  let rows: readonly Row<Stat>[] = []
  let selected = '/'
  let isFocusWanted = false

  const view = new TreeView(list, {
    select,
    toggle: path => open(path, !unfolding.isOpen(path)),
    showAll(parent) {
      unfolding.showAll(parent)
      redraw()
    },
  })

  const redraw = perFrame(draw)

  function draw(): void {
    while (!tree.get(selected)) selected = parentOf(selected)
    rows = rowsOf(tree, unfolding)
    view.draw(rows, selected, options.session())
    for (const [path, zxid] of changed)
      view.flash(path, options.sessionOf(zxid) === options.session() ? 'mine' : 'theirs')
    changed.clear()
    if (isFocusWanted) view.focus(selected)
    isFocusWanted = false
    setText(counter, many(tree.size, 'znode'))
    options.drawn()
  }

  function select(path: string): void {
    selected = path
    const isShown = rows.some(row => row.type === 'znode' && row.znode.path === path)
    if (!isShown) unfolding.reveal(path)
    // At once: what is typed next is meant for this znode.
    draw()
  }

  function open(path: string, isOpen: boolean): void {
    unfolding.setOpen(path, isOpen)
    if (!isOpen && selected.startsWith(`${path}/`)) selected = path
    redraw()
  }

  list.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const shown = rows.flatMap(row => (row.type === 'znode' ? [row] : []))
    const at = shown.findIndex(row => row.znode.path === selected)
    const next = shown[at + 1]?.znode.path
    const action = keyAction(event.key, {
      paths: shown.map(row => row.znode.path),
      selected,
      open: shown[at]?.open ?? null,
      firstChild: next !== undefined && parentOf(next) === selected ? next : undefined,
    })
    if (action === null) return
    event.preventDefault()
    isFocusWanted = true
    if (action.type === 'select') select(action.path)
    else open(action.path, action.type === 'open')
  })

  return {
    tree,
    get selected() {
      return selected
    },
    select,
    event({ type, path, zxid }) {
      if (type !== 'NodeDeleted') changed.set(path, zxid)
      redraw()
    },
    redraw,
  }
}
