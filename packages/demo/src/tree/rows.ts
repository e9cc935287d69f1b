/** Which lines the tree shows: what is open, in order, and not too many of one parent. Pure. */
import { joinPath, nameOf, parentOf, type StatLike, type TreeModel, type Znode } from './model.ts'

export type Row<Stat extends StatLike> =
  | {
      readonly type: 'znode'
      readonly znode: Znode<Stat>
      readonly level: number
      /** Null without children. */
      readonly open: boolean | null
      /** Its place among its siblings, from 1, of how many. */
      readonly place: number
      readonly siblings: number
    }
  /** `hidden` more children of `parent`. */
  | { readonly type: 'more'; readonly parent: string; readonly level: number; readonly hidden: number }

/** Children of one parent that are shown unasked; and at most. */
const shownAtFirst = 12
const shownMax = 500

/** What the visitor opened and closed. All is open at first, except what the ensemble keeps for itself. */
export class Unfolding {
  readonly #closed = new Set<string>(['/zookeeper'])
  readonly #full = new Set<string>()

  isOpen(path: string): boolean {
    return !this.#closed.has(path)
  }

  setOpen(path: string, isOpen: boolean): void {
    if (isOpen) this.#closed.delete(path)
    else this.#closed.add(path)
  }

  shownOf(path: string): number {
    return this.#full.has(path) ? shownMax : shownAtFirst
  }

  showAll(path: string): void {
    this.#full.add(path)
  }

  /** Opens all above `path`. */
  reveal(path: string): void {
    for (let at = path; at !== '/'; at = parentOf(at)) {
      this.#closed.delete(parentOf(at))
      this.#full.add(parentOf(at))
    }
  }
}

export function rowsOf<Stat extends StatLike>(
  tree: TreeModel<Stat>,
  unfolding: Unfolding,
): readonly Row<Stat>[] {
  const rows: Row<Stat>[] = []

  function walk(path: string, level: number, place: number, siblings: number): void {
    const znode = tree.get(path)
    if (znode === undefined) return
    const isOpen = unfolding.isOpen(path)
    const open = znode.children.size === 0 ? null : isOpen
    rows.push({ type: 'znode', znode, level, open, place, siblings })
    if (open !== true) return
    const names = [...znode.children].sort(byCodeUnit)
    const shown = unfolding.shownOf(path)
    // One line that says "1 more" takes the place of the one.
    const visible = names.length <= shown + 1 ? names : names.slice(0, shown)
    for (const [index, name] of visible.entries())
      walk(joinPath(path, name), level + 1, index + 1, names.length)
    const hidden = names.length - visible.length
    if (hidden > 0) rows.push({ type: 'more', parent: path, level: level + 1, hidden })
  }

  walk('/', 1, 1, 1)
  return rows
}

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Whether a name ends in the ten digits of a sequence number. */
export const isSequential = (path: string): boolean => /\d{10}$/.test(nameOf(path))

export const isEphemeral = (stat: StatLike | null): boolean => stat !== null && stat.ephemeralOwner !== 0

/** At or below what the ensemble keeps for itself. */
export const isReserved = (path: string): boolean => path === '/zookeeper' || path.startsWith('/zookeeper/')
