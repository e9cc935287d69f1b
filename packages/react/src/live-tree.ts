/**
 * What the components of a page look at in one keeper's tree: one watch for each path, whoever looks, and one read for all
 * that changed at a time. Owns that a transaction is shown whole: whoever looks at several of its znodes sees all of them
 * change in one task, or none. Does not know components.
 *
 * An event comes before any answer that shows its change. So when what was read shows nothing of a transaction whose events
 * are not read yet, nothing is known in part; else these are read first. Source: ZooKeeper Programmer's Guide, "Consistency
 * Guarantees"; the same decision for a subtree is the mirror's of @peerkeeper/core/recipes.
 */
import { isKeeperError, type Keeper, type KeeperError, type Stat, type WatchEvent } from '@peerkeeper/core'
import { patienceMs, readsMax } from './limits.ts'
import { errorOf, type Reading } from './views.ts'

/** What is asked of a keeper here. */
export type Watched = Pick<Keeper, 'state' | 'on' | 'watch' | 'multiRead'>

type Question = 'get' | 'children'

/** An answer: data to `get`, names to `children`. */
export interface Seen {
  readonly data: Uint8Array
  readonly children: readonly string[]
  readonly stat: Stat
}

/** What somebody wants to know of one znode. */
interface Facet {
  readonly question: Question
  readonly place: Place
  readonly show: (reading: Reading<Seen>, isLive: boolean) => void
  /** The last that was shown. */
  shown: Reading<Seen> | null
  /** Read and not shown yet. */
  next: Reading<Seen> | null
}

interface Place {
  readonly path: string
  readonly facets: Set<Facet>
  readonly left: AbortController
  /** What changes is told. */
  isWatched: boolean
  /** Why nothing is, and will not be. */
  failure: KeeperError | null
}

/** Of a change whose transaction is not known: as if all that is read showed it. */
const unknownZxid = 0

export class LiveTree {
  readonly #keeper: Watched
  readonly #places = new Map<string, Place>()
  /** To be read, with the latest change that was told of each; {@link unknownZxid} where there is none to wait for. */
  readonly #stale = new Map<Facet, number>()
  #isReading = false

  constructor(keeper: Watched) {
    this.#keeper = keeper
    keeper.on('state', () => this.#onState())
  }

  /** How many znodes are watched. */
  get size(): number {
    return this.#places.size
  }

  /** Shows what is there now and after each change, until the function that it returns is called. */
  follow(question: Question, path: string, show: Facet['show']): () => void {
    const place = this.#places.get(path) ?? this.#enter(path)
    const facet: Facet = { question, place, show, shown: null, next: null }
    place.facets.add(facet)
    if (place.failure !== null) this.#tell(facet, { ok: false, error: place.failure })
    else if (place.isWatched || this.#keeper.state === 'readOnly') this.#read(facet, unknownZxid)
    return () => {
      place.facets.delete(facet)
      this.#stale.delete(facet)
      if (place.facets.size > 0) return
      place.left.abort()
      if (this.#places.get(path) === place) this.#places.delete(path)
    }
  }

  #enter(path: string): Place {
    const place: Place = {
      path,
      facets: new Set(),
      left: new AbortController(),
      isWatched: false,
      failure: null,
    }
    this.#places.set(path, place)
    void this.#watch(place)
    return place
  }

  async #watch(place: Place): Promise<void> {
    const { signal } = place.left
    const onEvent = (event: WatchEvent) => this.#onEvent(place, event)
    try {
      await this.#keeper.watch(place.path, { onEvent, signal, timeoutMs: patienceMs })
      if (signal.aborted) return
      place.isWatched = true
      for (const facet of place.facets) this.#read(facet, unknownZxid)
    } catch (cause) {
      if (signal.aborted) return
      place.failure = errorOf(cause)
      this.#fail(place, place.failure)
    }
  }

  #onEvent(place: Place, event: WatchEvent): void {
    if (event.type === 'PersistentWatchRemoved') {
      // By the app, for all that watch there: who looks goes on looking.
      place.isWatched = false
      void this.#watch(place)
      return
    }
    const zxid = event.type === 'Resync' ? unknownZxid : event.zxid
    for (const facet of place.facets) if (concerns(event, facet.question)) this.#read(facet, zxid)
  }

  #read(facet: Facet, zxid: number): void {
    this.#stale.set(facet, zxid)
    if (this.#isReading) return
    this.#isReading = true
    queueMicrotask(() => void this.#readAll())
  }

  async #readAll(): Promise<void> {
    while (this.#stale.size > 0) {
      const facets = [...this.#stale.keys()].slice(0, readsMax)
      for (const facet of facets) this.#stale.delete(facet)
      await this.#readSome(facets)
    }
    this.#isReading = false
  }

  async #readSome(facets: readonly Facet[]): Promise<void> {
    const queries = facets.map(({ question, place }) => ({ type: question, path: place.path }))
    try {
      const readings = await this.#keeper.multiRead(queries, { timeoutMs: patienceMs })
      for (const [index, facet] of facets.entries()) facet.next = seen(readings[index])
      if (!this.#showsPart(facets)) this.#show()
    } catch (cause) {
      // One path that is none refuses them all, and concerns nobody else.
      if (facets.length > 1 && isKeeperError(cause, 'BadArguments'))
        for (const facet of facets) await this.#readSome([facet])
      else for (const { place } of facets) this.#fail(place, errorOf(cause))
    }
  }

  /** Whether what was read shows some of a transaction, and some of it is still to be read. */
  #showsPart(facets: readonly Facet[]): boolean {
    let through = 0
    for (const { next } of facets)
      if (next?.ok) through = Math.max(through, next.value.stat.mzxid, next.value.stat.pzxid)
      else if (this.#stale.size > 0) return true
    return [...this.#stale.values()].some(zxid => zxid <= through)
  }

  #show(): void {
    for (const { facets } of this.#places.values())
      for (const facet of facets) {
        const { next } = facet
        if (next === null) continue
        facet.next = null
        this.#tell(facet, next)
      }
  }

  #tell(facet: Facet, reading: Reading<Seen>): void {
    facet.shown = reading
    facet.show(reading, facet.place.isWatched && this.#keeper.state === 'connected')
  }

  /** What was known stays; who knew nothing hears why. */
  #fail({ facets }: Place, error: KeeperError): void {
    for (const facet of facets)
      if (facet.shown === null || !isKeeperError(error, 'SessionExpired', 'Closed'))
        this.#tell(facet, { ok: false, error })
  }

  #onState(): void {
    for (const { facets } of this.#places.values())
      for (const facet of facets)
        if (facet.shown !== null) this.#tell(facet, facet.shown)
        else if (this.#keeper.state === 'readOnly') this.#read(facet, unknownZxid)
  }
}

const noData = new Uint8Array()

function seen(reading: Reading<Partial<Seen> & Pick<Seen, 'stat'>> | undefined): Reading<Seen> | null {
  if (reading === undefined || !reading.ok) return reading ?? null
  return { ok: true, value: { data: noData, children: [], ...reading.value } }
}

/** Whether `event` may change the answer to `question`. */
function concerns({ type }: WatchEvent, question: Question): boolean {
  switch (type) {
    case 'NodeDataChanged':
      return question === 'get'
    case 'NodeChildrenChanged':
      return question === 'children'
    case 'NodeCreated':
    case 'NodeDeleted':
    case 'Resync':
      return true
    case 'DataWatchRemoved':
    case 'ChildWatchRemoved':
    case 'PersistentWatchRemoved':
      return false
  }
}

const trees = new WeakMap<Keeper, LiveTree>()

/** The one of `keeper`. */
export function liveTreeOf(keeper: Keeper): LiveTree {
  const tree = trees.get(keeper) ?? new LiveTree(keeper)
  trees.set(keeper, tree)
  return tree
}
