/**
 * Replies as part of the state: their share of the digest, and the parser for those that come back in a snapshot. Does
 * not know who remembers them or for how long.
 */
import { hashString } from '../base/hash.ts'
import { isCounter, sessionId, slot, type Xid } from '../base/ids.ts'
import type { OperationAnswer, Reply, TreeAnswer } from './contract.ts'
import { mixNumber } from './digest.ts'
import { isStateErrorCode } from './error.ts'
import { parsePath } from './path.ts'
import type { Stat } from './stat.ts'

/** The wording of a failure is for people and may differ between versions of the library: only its code counts. */
export function digestReply(xid: Xid, { zxid, result, overQuota }: Reply): number {
  let digest = mixNumber(mixNumber(0, xid), zxid)
  if (overQuota !== undefined) digest = mixNumber(digest, hashString(overQuota.join()))
  if (result.ok) return digestAnswer(digest, result.value)
  const { code, results } = result.error
  return mixNumber(digest, hashString(results === undefined ? code : results.join()))
}

function digestAnswer(digest: number, answer: OperationAnswer): number {
  switch (answer.type) {
    case 'create':
      return digestStat(mixNumber(mixNumber(digest, 1), hashString(answer.path)), answer.stat)
    case 'delete':
      return mixNumber(digest, 2)
    case 'set':
      return digestStat(mixNumber(digest, 3), answer.stat)
    case 'closeSession':
      return mixNumber(digest, 4)
    case 'check':
      return mixNumber(digest, 5)
    case 'setAcl':
      return digestStat(mixNumber(digest, 6), answer.stat)
    case 'multi':
      return answer.results.reduce<number>(digestAnswer, mixNumber(digest, 7))
    case 'addAuth':
      return mixNumber(digest, 8)
    case 'setQuota':
      return mixNumber(digest, 9)
  }
}

/** A reply out of a snapshot, or null. */
export function parseReply(value: unknown): Reply | null {
  if (typeof value !== 'object' || value === null) return null
  const { zxid, result, overQuota } = value as { readonly [name in keyof Reply]?: unknown }
  if (!isCounter(zxid) || typeof result !== 'object' || result === null) return null
  const parsed = parseResult(result)
  if (parsed === null) return null
  if (overQuota === undefined) return { zxid: slot(zxid), result: parsed }
  const paths = parseEach(overQuota, each => {
    const path = parsePath(each)
    return path.ok ? path.value : null
  })
  return paths === null ? null : { zxid: slot(zxid), result: parsed, overQuota: paths }
}

function parseResult(value: object): Reply['result'] | null {
  const { ok, value: answer, error } = value as { ok?: unknown; value?: unknown; error?: unknown }
  if (ok === true) {
    const parsed = parseAnswer(answer)
    return parsed === null ? null : { ok, value: parsed }
  }
  if (ok !== false || typeof error !== 'object' || error === null) return null
  const { code, message, results } = error as { code?: unknown; message?: unknown; results?: unknown }
  if (!isStateErrorCode(code) || typeof message !== 'string') return null
  if (results === undefined) return { ok, error: { code, message } }
  const codes = parseEach(results, each => (each === 'Ok' || isStateErrorCode(each) ? each : null))
  return codes === null ? null : { ok, error: { code, message, results: codes } }
}

function parseAnswer(value: unknown): OperationAnswer | null {
  const { type, stat, results } = fieldsOf(value)
  switch (type) {
    case 'setAcl': {
      const parsed = parseStat(stat)
      return parsed === null ? null : { type, stat: parsed }
    }
    case 'multi': {
      const parsed = parseEach(results, parseTreeAnswer)
      return parsed === null ? null : { type, results: parsed }
    }
    case 'addAuth':
    case 'setQuota':
    case 'closeSession':
      return { type }
    default:
      return parseTreeAnswer(value)
  }
}

function parseTreeAnswer(value: unknown): TreeAnswer | null {
  const { type, path, stat } = fieldsOf(value)
  switch (type) {
    case 'create': {
      const parsedPath = parsePath(path)
      const parsedStat = parseStat(stat)
      return parsedPath.ok && parsedStat !== null ? { type, path: parsedPath.value, stat: parsedStat } : null
    }
    case 'set': {
      const parsed = parseStat(stat)
      return parsed === null ? null : { type, stat: parsed }
    }
    case 'delete':
    case 'check':
      return { type }
    default:
      return null
  }
}

interface AnswerFields {
  readonly type?: unknown
  readonly path?: unknown
  readonly stat?: unknown
  readonly results?: unknown
}

const fieldsOf = (value: unknown): AnswerFields => (typeof value === 'object' && value !== null ? value : {})

/** Every element parsed, or null when one cannot be. */
function parseEach<T>(values: unknown, parse: (value: unknown) => T | null): readonly T[] | null {
  if (!Array.isArray(values)) return null
  const parsed: T[] = []
  for (const value of values) {
    const one = parse(value)
    if (one === null) return null
    parsed.push(one)
  }
  return parsed
}

function parseStat(value: unknown): Stat | null {
  if (typeof value !== 'object' || value === null) return null
  const stat = value as { readonly [field in keyof Stat]?: unknown }
  const { czxid, mzxid, pzxid, ctime, mtime, ephemeralOwner } = stat
  const { version, cversion, aversion, dataLength, numChildren } = stat
  if (!isCounter(czxid) || !isCounter(mzxid) || !isCounter(pzxid) || !isCounter(ephemeralOwner)) return null
  if (!isCounter(ctime) || !isCounter(mtime) || !isCounter(dataLength) || !isCounter(numChildren)) return null
  if (!Number.isSafeInteger(version) || !Number.isSafeInteger(cversion)) return null
  if (!Number.isSafeInteger(aversion)) return null
  return {
    czxid: slot(czxid),
    mzxid: slot(mzxid),
    pzxid: slot(pzxid),
    ctime,
    mtime,
    version: version as number,
    cversion: cversion as number,
    aversion: aversion as number,
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
