/**
 * Replies as part of the state: their share of the digest, and the parser for those that come back in a snapshot. Does
 * not know who remembers them or for how long.
 */
import { hashString } from '../base/hash.ts'
import { isCounter, sessionId, slot, type Xid } from '../base/ids.ts'
import type { OperationAnswer, Reply } from './contract.ts'
import { mixNumber } from './digest.ts'
import { isStateErrorCode } from './error.ts'
import { parsePath } from './path.ts'
import type { Stat } from './stat.ts'

/** The wording of a failure is for people and may differ between versions of the library: only its code counts. */
export function digestReply(xid: Xid, { zxid, result }: Reply): number {
  const digest = mixNumber(mixNumber(0, xid), zxid)
  if (!result.ok) return mixNumber(digest, hashString(result.error.code))
  const answer = result.value
  switch (answer.type) {
    case 'create':
      return digestStat(mixNumber(mixNumber(digest, 1), hashString(answer.path)), answer.stat)
    case 'delete':
      return mixNumber(digest, 2)
    case 'set':
      return digestStat(mixNumber(digest, 3), answer.stat)
    case 'closeSession':
      return mixNumber(digest, 4)
  }
}

/** A reply out of a snapshot, or null. */
export function parseReply(value: unknown): Reply | null {
  if (typeof value !== 'object' || value === null) return null
  const { zxid, result } = value as { readonly zxid?: unknown; readonly result?: unknown }
  if (!isCounter(zxid) || typeof result !== 'object' || result === null) return null
  const {
    ok,
    value: answer,
    error,
  } = result as {
    readonly ok?: unknown
    readonly value?: unknown
    readonly error?: unknown
  }
  if (ok === true) {
    const parsed = parseAnswer(answer)
    return parsed === null ? null : { zxid: slot(zxid), result: { ok, value: parsed } }
  }
  if (ok !== false || typeof error !== 'object' || error === null) return null
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }
  if (!isStateErrorCode(code) || typeof message !== 'string') return null
  return { zxid: slot(zxid), result: { ok, error: { code, message } } }
}

function parseAnswer(value: unknown): OperationAnswer | null {
  if (typeof value !== 'object' || value === null) return null
  const { type, path, stat } = value as {
    readonly type?: unknown
    readonly path?: unknown
    readonly stat?: unknown
  }
  switch (type) {
    case 'create': {
      const parsedPath = parsePath(path)
      const parsedStat = parseStat(stat)
      return parsedPath.ok && parsedStat !== null ? { type, path: parsedPath.value, stat: parsedStat } : null
    }
    case 'set': {
      const parsedStat = parseStat(stat)
      return parsedStat === null ? null : { type, stat: parsedStat }
    }
    case 'delete':
    case 'closeSession':
      return { type }
    default:
      return null
  }
}

function parseStat(value: unknown): Stat | null {
  if (typeof value !== 'object' || value === null) return null
  const stat = value as { readonly [field in keyof Stat]?: unknown }
  const { czxid, mzxid, pzxid, ctime, mtime, ephemeralOwner } = stat
  const { version, cversion, aversion, dataLength, numChildren } = stat
  if (!isCounter(czxid) || !isCounter(mzxid) || !isCounter(pzxid) || !isCounter(ephemeralOwner)) return null
  if (!isCounter(ctime) || !isCounter(mtime) || !isCounter(dataLength) || !isCounter(numChildren)) return null
  if (!Number.isSafeInteger(version) || !Number.isSafeInteger(cversion) || !isCounter(aversion)) return null
  return {
    czxid: slot(czxid),
    mzxid: slot(mzxid),
    pzxid: slot(pzxid),
    ctime,
    mtime,
    version: version as number,
    cversion: cversion as number,
    aversion,
    ephemeralOwner: sessionId(ephemeralOwner),
    dataLength,
    numChildren,
  }
}

function digestStat(start: number, stat: Stat): number {
  let digest = mixNumber(start, stat.czxid)
  digest = mixNumber(digest, stat.mzxid)
  digest = mixNumber(digest, stat.pzxid)
  digest = mixNumber(digest, stat.ctime)
  digest = mixNumber(digest, stat.mtime)
  digest = mixNumber(digest, stat.version)
  digest = mixNumber(digest, stat.cversion)
  digest = mixNumber(digest, stat.aversion)
  digest = mixNumber(digest, stat.ephemeralOwner)
  digest = mixNumber(digest, stat.dataLength)
  return mixNumber(digest, stat.numChildren)
}
