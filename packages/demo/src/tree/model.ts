/**
 * The tree as this page knows it: what events told and reads answered, in whatever order they come. Older news never
 * replaces newer, and what was deleted does not come back by a late answer. Pure; does not know how it is read or shown.
 */

/** What the model asks of a znode's stat: the library's `Stat` is one. */
export interface StatLike {
  readonly czxid: number
  readonly mzxid: number
  readonly pzxid: number
  readonly version: number
  readonly ephemeralOwner: number
  readonly numChildren: number
}

export interface TreeEvent {
  readonly type: 'NodeCreated' | 'NodeDeleted' | 'NodeDataChanged' | 'NodeChildrenChanged'
  readonly path: string
  readonly zxid: number
}

export interface Znode<Stat extends StatLike> {
  readonly path: string
  /** Null until it was read. */
  readonly stat: Stat | null
  readonly data: Uint8Array
  /** Names, unsorted. */
  readonly children: ReadonlySet<string>
}

interface Entry<Stat extends StatLike> extends Znode<Stat> {
  stat: Stat | null
  data: Uint8Array
  /** When it was created, as far as is known. */
  czxid: number
  readonly children: Set<string>
}

const noData = new Uint8Array(0)

export class TreeModel<Stat extends StatLike> {
  readonly #znodes = new Map<string, Entry<Stat>>()
  /** When the znodes that are gone were deleted. */
  readonly #deleted = new Map<string, number>()

  constructor() {
    this.#ensure('/', 0)
  }

  get size(): number {
    return this.#znodes.size
  }

  /** All that are known now. */
  paths(): readonly string[] {
    return [...this.#znodes.keys()]
  }

  get(path: string): Znode<Stat> | undefined {
    return this.#znodes.get(path)
  }

  /** Takes an event. Returns the paths to read anew. */
  apply({ type, path, zxid }: TreeEvent): readonly string[] {
    switch (type) {
      case 'NodeDeleted':
        this.#delete(path, zxid)
        return [parentOf(path)]
      case 'NodeCreated':
        if (this.#isDeletedSince(path, zxid)) return []
        if ((this.#znodes.get(path)?.czxid ?? zxid) < zxid) this.#drop(path)
        return [...this.#ensure(path, zxid), path, parentOf(path)]
      case 'NodeDataChanged':
      case 'NodeChildrenChanged':
        return this.#isDeletedSince(path, zxid) ? [] : [...this.#ensure(path, 0), path]
    }
  }

  /** Takes what a read of `path` answered. Returns whether its children need to be listed. */
  put(path: string, { data, stat }: { readonly data: Uint8Array; readonly stat: Stat }): boolean {
    if (this.#isDeletedSince(path, stat.czxid)) return false
    if ((this.#znodes.get(path)?.czxid ?? 0) > stat.czxid) return false
    this.#ensure(path, stat.czxid)
    const entry = this.#znodes.get(path)
    if (entry === undefined || (entry.stat !== null && lastChange(entry.stat) > lastChange(stat)))
      return false
    entry.stat = stat
    entry.data = data
    entry.czxid = stat.czxid
    return entry.children.size !== stat.numChildren
  }

  /** Takes a list of the children of `path`, as it was after transaction `stat.pzxid`. Returns the paths to read. */
  list(
    path: string,
    { children, stat }: { readonly children: readonly string[]; readonly stat: Stat },
  ): readonly string[] {
    const entry = this.#znodes.get(path)
    if (entry === undefined || entry.czxid > stat.czxid) return []
    const listed = new Set(children)
    for (const name of [...entry.children]) {
      const child = joinPath(path, name)
      const bornLater = (this.#znodes.get(child)?.czxid ?? 0) > stat.pzxid
      if (!listed.has(name) && !bornLater) this.#drop(child)
    }
    return children
      .map(name => joinPath(path, name))
      .filter(child => !this.#znodes.has(child) && (this.#deleted.get(child) ?? -1) <= stat.pzxid)
      .flatMap(child => this.#ensure(child, 0))
  }

  /** No read is under way any more: nothing late can come, and what was deleted may be forgotten. */
  settle(): void {
    this.#deleted.clear()
  }

  #isDeletedSince(path: string, zxid: number): boolean {
    return (this.#deleted.get(path) ?? -1) >= zxid
  }

  #delete(path: string, zxid: number): void {
    if ((this.#znodes.get(path)?.czxid ?? 0) > zxid) return
    if (path !== '/') this.#drop(path)
    this.#deleted.set(path, Math.max(zxid, this.#deleted.get(path) ?? 0))
  }

  /** Takes a znode out with all below it. */
  #drop(path: string): void {
    const entry = this.#znodes.get(path)
    if (entry === undefined) return
    for (const name of [...entry.children]) this.#drop(joinPath(path, name))
    this.#znodes.delete(path)
    this.#znodes.get(parentOf(path))?.children.delete(nameOf(path))
  }

  /** Makes `path` and what is above it known. Returns what was not known before, to be read. */
  #ensure(path: string, czxid: number): readonly string[] {
    if (this.#znodes.has(path)) return []
    const above = path === '/' ? [] : this.#ensure(parentOf(path), 0)
    this.#znodes.set(path, { path, stat: null, data: noData, czxid, children: new Set() })
    if (path !== '/') this.#znodes.get(parentOf(path))?.children.add(nameOf(path))
    return [...above, path]
  }
}

/** The last transaction that a stat shows. */
const lastChange = ({ czxid, mzxid, pzxid }: StatLike): number => Math.max(czxid, mzxid, pzxid)

export const parentOf = (path: string): string => path.slice(0, Math.max(1, path.lastIndexOf('/')))

export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

export const joinPath = (parent: string, name: string): string =>
  parent === '/' ? `/${name}` : `${parent}/${name}`
