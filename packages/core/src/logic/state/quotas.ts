/**
 * The quotas in force and what their subtrees hold, kept change by change. Derived from the tree: no part of snapshots
 * and digests of its own. Of two quotas above a znode the nearest counts; setting them sees to it that there is one.
 * Source: ZooKeeper's DataTree (updateQuotaStat, getMaxPrefixWithQuota) and ZooKeeperServer.checkQuota.
 */
import { parentOf, rootPath, type ZnodePath } from './path.ts'
import type { QuotaLimits, QuotaUsage } from './quota.ts'

export interface Quota {
  readonly path: ZnodePath
  limits: QuotaLimits
  count: number
  bytes: number
}

export class Quotas {
  readonly #quotas = new Map<ZnodePath, Quota>()

  get(path: ZnodePath): Readonly<Quota> | undefined {
    return this.#quotas.get(path)
  }

  paths(): Iterable<ZnodePath> {
    return this.#quotas.keys()
  }

  put(path: ZnodePath, limits: QuotaLimits, { count, bytes }: QuotaUsage): void {
    this.#quotas.set(path, { path, limits, count, bytes })
  }

  remove(path: ZnodePath): void {
    this.#quotas.delete(path)
  }

  /** The quota at or above `path`. */
  over(path: ZnodePath): Readonly<Quota> | undefined {
    return this.#quotas.size === 0 ? undefined : this.#nearest(path)
  }

  /** Below `path` there are so many znodes and bytes more (or fewer). */
  count(path: ZnodePath, znodes: number, bytes: number): void {
    if (this.#quotas.size === 0) return
    const quota = this.#nearest(path)
    if (quota === undefined) return
    quota.count += znodes
    quota.bytes += bytes
  }

  #nearest(path: ZnodePath): Quota | undefined {
    for (let at = path; at !== rootPath; at = parentOf(at)) {
      const quota = this.#quotas.get(at)
      if (quota !== undefined) return quota
    }
    return undefined
  }
}

/** Which limits of `quota` are passed with so many znodes and bytes more. What does not grow passes none. */
export function exceeded(
  { limits, count, bytes }: Readonly<Quota>,
  moreZnodes: number,
  moreBytes: number,
): { readonly soft: boolean; readonly hard: string | null } {
  const over = (limit: number | undefined, used: number, more: number) =>
    limit !== undefined && more > 0 && used + more > limit
  const soft = over(limits.count, count, moreZnodes) || over(limits.bytes, bytes, moreBytes)
  if (over(limits.countHardLimit, count, moreZnodes)) return { soft, hard: `${limits.countHardLimit} znodes` }
  if (over(limits.byteHardLimit, bytes, moreBytes))
    return { soft, hard: `${limits.byteHardLimit} bytes of data` }
  return { soft, hard: null }
}
