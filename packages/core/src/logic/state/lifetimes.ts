/** Which znodes do not last: ephemerals by session, and those that sweeps look at. Found without a look at the tree. */
import { noSession, type SessionId } from '../base/ids.ts'
import { isSwept, type Lifetime, lasting, ownerOf } from './lifetime.ts'
import type { ZnodePath } from './path.ts'

const noPaths: readonly ZnodePath[] = []

export class Lifetimes {
  readonly #ephemerals = new Map<SessionId, Set<ZnodePath>>()
  readonly #swept = new Set<ZnodePath>()

  add(path: ZnodePath, lifetime: Lifetime): void {
    if (lifetime === lasting) return
    if (isSwept(lifetime)) {
      this.#swept.add(path)
      return
    }
    const owner = ownerOf(lifetime)
    const paths = this.#ephemerals.get(owner)
    if (paths === undefined) this.#ephemerals.set(owner, new Set([path]))
    else paths.add(path)
  }

  remove(path: ZnodePath, lifetime: Lifetime): void {
    if (lifetime === lasting) return
    this.#swept.delete(path)
    const owner = ownerOf(lifetime)
    if (owner === noSession) return
    const paths = this.#ephemerals.get(owner)
    paths?.delete(path)
    if (paths?.size === 0) this.#ephemerals.delete(owner)
  }

  /** Paths of the ephemerals of `session`, sorted by code unit. */
  ephemeralsOf(session: SessionId): readonly ZnodePath[] {
    const paths = this.#ephemerals.get(session)
    return paths === undefined ? noPaths : [...paths].sort()
  }

  /** Sessions that own ephemerals. */
  owners(): Iterable<SessionId> {
    return this.#ephemerals.keys()
  }

  /** Containers and TTL znodes, in the order of their creation. */
  swept(): Iterable<ZnodePath> {
    return this.#swept
  }
}
