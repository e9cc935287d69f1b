/** The tree by keyboard, as the ARIA Authoring Practices ask of a tree view. */
import { parentOf } from './model.ts'

export interface KeyTarget {
  /** The paths that are shown, from top to bottom. */
  readonly paths: readonly string[]
  readonly selected: string
  /** Null without children. */
  readonly open: boolean | null
  readonly firstChild: string | undefined
}

export type KeyAction =
  | { readonly type: 'select'; readonly path: string }
  | { readonly type: 'open' | 'close'; readonly path: string }

/** What a key does, or null. Pure. */
export function keyAction(key: string, { paths, selected, open, firstChild }: KeyTarget): KeyAction | null {
  const index = paths.indexOf(selected)
  const select = (path: string | undefined): KeyAction | null =>
    path === undefined || path === selected ? null : { type: 'select', path }
  switch (key) {
    case 'ArrowDown':
      return select(paths[index + 1])
    case 'ArrowUp':
      return select(paths[Math.max(0, index - 1)])
    case 'Home':
      return select(paths[0])
    case 'End':
      return select(paths.at(-1))
    case 'ArrowRight':
      return open === false ? { type: 'open', path: selected } : select(firstChild)
    case 'ArrowLeft':
      return open === true && selected !== '/'
        ? { type: 'close', path: selected }
        : select(parentOf(selected))
    default:
      return null
  }
}
