/**
 * Limits for a subtree as texts and values, and where they stand in the tree. The texts are ZooKeeper's (StatsTrack), so
 * that whoever reads `/zookeeper/quota` finds what ZooKeeper would have written. Does not know what is used.
 */
import { childOf, quotaRootPath, reservedPath, rootPath, type ZnodePath } from './path.ts'

/**
 * What a subtree may hold, its top included. Over a soft limit writes go on and say so; over a hard one they are refused.
 * What is absent is not limited.
 */
export interface QuotaLimits {
  /** Znodes, soft. */
  readonly count?: number
  /** Bytes of data, soft. */
  readonly bytes?: number
  /** Znodes, hard. */
  readonly countHardLimit?: number
  /** Bytes of data, hard. */
  readonly byteHardLimit?: number
}

/** What a subtree holds, its top included. */
export interface QuotaUsage {
  readonly count: number
  readonly bytes: number
}

export const limitsName = 'zookeeper_limits'
export const statsName = 'zookeeper_stats'

/** Where the quota of `path` stands: below this, its limits and its usage. */
export const quotaPath = (path: ZnodePath): ZnodePath =>
  path === rootPath ? quotaRootPath : (`${quotaRootPath}${path}` as ZnodePath)

export const limitsPath = (path: ZnodePath): ZnodePath => childOf(quotaPath(path), limitsName)
export const statsPath = (path: ZnodePath): ZnodePath => childOf(quotaPath(path), statsName)

/** The path whose limits (or usage) stand at `at`, or null where none do. */
export function limitedBy(at: ZnodePath, name: typeof limitsName | typeof statsName): ZnodePath | null {
  const end = at.length - name.length - 1
  if (end <= quotaRootPath.length || !at.endsWith(`/${name}`) || !at.startsWith(`${quotaRootPath}/`))
    return null
  return at.slice(quotaRootPath.length, end) as ZnodePath
}

/** Whether a quota can be set for `path`: not for the root, and not for the ensemble's own znodes. */
export const canHaveQuota = (path: ZnodePath): boolean =>
  path !== rootPath && path !== reservedPath && !path.startsWith(`${reservedPath}/`)

/** `count=4,bytes=-1=;byteHardLimit=10`: -1 for what is not limited, the odd `=` as ZooKeeper has it. */
export function limitsText({ count = -1, bytes = -1, countHardLimit, byteHardLimit }: QuotaLimits): string {
  const hard = [
    byteHardLimit === undefined ? '' : `;byteHardLimit=${byteHardLimit}`,
    countHardLimit === undefined ? '' : `;countHardLimit=${countHardLimit}`,
  ].join('')
  return `count=${count},bytes=${bytes}${hard === '' ? '' : `=${hard}`}`
}

export const usageText = ({ count, bytes }: QuotaUsage): string => `count=${count},bytes=${bytes}`

/** What a text of limits or usage says; what is -1 or missing in it is absent. Understands what {@link limitsText} writes. */
export function parseLimits(text: string): QuotaLimits {
  const values = new Map<string, number>()
  for (const pair of text.split(/[,;]+/)) {
    const [name = '', value = ''] = pair.split('=')
    if (/^\d{1,16}$/.test(value)) values.set(name, Number(value))
  }
  const limit = <Name extends keyof QuotaLimits>(name: Name) => {
    const value = values.get(name)
    return value === undefined ? {} : { [name]: value }
  }
  return { ...limit('count'), ...limit('bytes'), ...limit('countHardLimit'), ...limit('byteHardLimit') }
}
