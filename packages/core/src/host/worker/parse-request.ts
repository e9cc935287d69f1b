/** The worker's door for requests: what a page sends is parsed here and trusted from here on. */
import { watchesPerSessionMax } from '../../logic/base/limits.ts'
import {
  aCounter,
  aFlag,
  anEnsembleId,
  anId,
  anXid,
  anyOf,
  aSessionId,
  aSlot,
  ifOk,
  listOf,
  oneOf,
  orNull,
  record,
  type Shape,
  someBytes,
  union,
  where,
} from '../../logic/base/shape.ts'
import type { ClientRequest } from '../../logic/replica/event.ts'
import { parseOperation } from '../../logic/state/operation.ts'
import { parsePath } from '../../logic/state/path.ts'
import { parseQuery } from '../../logic/state/query.ts'
import type { StandingKind, WatchKind, WatchSetAnew } from '../../logic/watch/contract.ts'
import type { Question } from './protocol.ts'

const aPath = ifOk(parsePath)
const aQuery = ifOk(parseQuery)
const aSession = where(aSessionId, session => session > 0)

const aStandingKind: Shape<StandingKind> = oneOf('persistent', 'persistentRecursive')
const aKind: Shape<WatchKind> = oneOf('data', 'children', 'persistent', 'persistentRecursive')

const aBeginning = anyOf(oneOf(null, 'now'), aSlot)

const watch = { watch: aCounter, kind: aKind, path: aPath }
const asked = { session: aSession, id: aCounter, afterXid: anXid, seenZxid: aSlot }

const aWatchSetAnew = where(
  record<WatchSetAnew>({ ...watch, from: aSlot, resumable: aFlag }),
  ({ resumable, kind }) => !resumable || aStandingKind(kind) !== undefined,
)

/** A request from outside. */
const aRequest = union<ClientRequest>({
  open: record({ token: anId, timeoutMs: aCounter }),
  write: record({
    session: aSession,
    xid: where(anXid, number => number > 0),
    acknowledged: anXid,
    operation: ifOk(parseOperation),
  }),
  read: record({
    ...asked,
    consistency: oneOf('sequential', 'linearizable'),
    query: orNull(aQuery),
    watch: orNull(aCounter),
  }),
  addWatch: record({ ...asked, watch: aCounter, kind: aStandingKind, path: aPath, from: aBeginning }),
  removeWatches: record({
    ...asked,
    watch: orNull(aCounter),
    path: aPath,
    selection: oneOf('any', 'data', 'children'),
  }),
  setWatches: record({ ...asked, watches: listOf(aWatchSetAnew, watchesPerSessionMax) }),
  departed: record({ sessions: listOf(aSessionId) }),
  cancel: record({ session: aSession, id: aCounter, unset: orNull(record(watch)) }),
  ping: record({ session: aSession }),
})

export const parseRequest = (value: unknown): ClientRequest | null => aRequest(value) ?? null

/** A question to the worker from outside. */
const aQuestion = union<Question>({
  status: record({}),
  query: record({ query: aQuery }),
  fork: record({ ensemble: anEnsembleId }),
  challenge: record({}),
  prove: record({ session: aSession, publicKey: someBytes, signature: someBytes }),
})

export const parseQuestion = (value: unknown): Question | null => aQuestion(value) ?? null
