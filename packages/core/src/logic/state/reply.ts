/**
 * Replies as part of the state: their share of the digest, and the parser for those that come back in a snapshot. Does
 * not know who remembers them or for how long.
 */
import { hashString } from '../base/hash.ts'
import type { Xid } from '../base/ids.ts'
import {
  aCounter,
  anyOf,
  aSessionId,
  aSlot,
  aText,
  ifOk,
  type Kinds,
  known,
  listOf,
  oneOf,
  record,
  union,
} from '../base/shape.ts'
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

const anInteger = known((value): value is number => Number.isSafeInteger(value))

const aStat = record<Stat>({
  czxid: aSlot,
  mzxid: aSlot,
  pzxid: aSlot,
  ctime: aCounter,
  mtime: aCounter,
  version: anInteger,
  cversion: anInteger,
  aversion: anInteger,
  ephemeralOwner: aSessionId,
  dataLength: aCounter,
  numChildren: aCounter,
})

const aPath = ifOk(parsePath)
const aCode = known(isStateErrorCode)
const aResultCode = anyOf(oneOf('Ok'), aCode)

const treeAnswers: Kinds<TreeAnswer> = {
  create: record({ path: aPath, stat: aStat }),
  delete: record({}),
  set: record({ stat: aStat }),
  check: record({}),
}

const anAnswer = union<OperationAnswer>({
  ...treeAnswers,
  setAcl: record({ stat: aStat }),
  multi: record({ results: listOf(union(treeAnswers)) }),
  addAuth: record({}),
  setQuota: record({}),
  closeSession: record({}),
})

const aFailure = record({ code: aCode, message: aText }, { results: listOf(aResultCode) })

const aResult = anyOf(
  record({ ok: oneOf(true), value: anAnswer }),
  record({ ok: oneOf(false), error: aFailure }),
)

/** A reply out of a snapshot. */
export const aReply = record({ zxid: aSlot, result: aResult }, { overQuota: listOf(aPath) })

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
