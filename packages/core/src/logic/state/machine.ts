/**
 * The replicated state machine: one command in, one outcome out, the same on every replica. Owns the order of things
 * (time, sessions, xids) and joins tree and sessions; what an operation does to the tree stands in operate.ts. Does
 * not know how commands were agreed on, who waits for an outcome, or which watches are set.
 * Source: Lamport, "The implementation of reliable distributed multiprocess systems" (1978); exactly-once replies after
 * Ongaro's dissertation (2014), section 6.3.
 */
import { assert } from '../base/assert.ts'
import type { Codec } from '../base/codec.ts'
import { noSession, noSlot, sessionId, xid, type Zxid } from '../base/ids.ts'
import { sessionsMax } from '../base/limits.ts'
import { err, ok, type Result } from '../base/result.ts'
import { type Command, readCommand } from './command.ts'
import { configChange } from './configuration.ts'
import type {
  Applied,
  Configuration,
  OperationAnswer,
  Outcome,
  Reply,
  SessionView,
  StateMachine,
} from './contract.ts'
import { changesBetween } from './difference.ts'
import { type Failure, failure } from './error.ts'
import type { Change } from './event.ts'
import { removeEphemerals } from './operate.ts'
import { perform } from './perform.ts'
import { answerQuery, nobody as anybody, subtree } from './read.ts'
import { isFull, type Session, SessionTable, xidAfter } from './sessions.ts'
import { decodeState, digestState, encodeState, SnapshotWriter, type State } from './snapshot.ts'
import { sweep, sweepable } from './sweep.ts'
import type { Transaction } from './transaction.ts'
import { Tree } from './tree.ts'

type Request = Extract<Command, { readonly type: 'request' }>

/** A machine before its first slot: `/`, `/zookeeper`, no sessions. `codec` reads commands and writes snapshots. */
export function createMachine(codec: Codec): StateMachine {
  let tree = Tree.initial()
  let sessions = new SessionTable()
  let appliedThrough = noSlot
  let leadership = noSlot
  let timeMs = 0

  const state = (): State => ({ tree, sessions, header: { appliedThrough, leadership, timeMs } })

  function apply(zxid: Zxid, entry: Uint8Array | Configuration | null): Applied {
    assert(zxid === appliedThrough + 1, 'slots are applied in order, none left out')
    appliedThrough = zxid
    if (entry === null) return nothing
    if (!(entry instanceof Uint8Array)) return changed([configChange(tree, entry, zxid, timeMs)])
    const read = readCommand(codec, entry)
    if (!read.ok) return nothing
    timeMs = Math.max(timeMs, Math.floor(read.value.timeMs))
    const command = read.value.command
    switch (command.type) {
      case 'request':
        return applyRequest(zxid, command)
      case 'openSession':
        return openSession(zxid, command.token, command.timeoutMs)
      case 'lead':
        leadership = zxid
        return { outcome: { type: 'led', node: command.node }, changes: noChanges, ended: nobody }
      case 'expireSession': {
        const session = sessions.get(command.session)
        const isVoid = command.leadership !== leadership || session === undefined
        if (isVoid || session.lastZxid > command.lastZxid) return nothing
        const changes = endSession(zxid, session)
        return { outcome: nothing.outcome, changes, ended: [{ session: session.session, reason: 'expired' }] }
      }
      case 'sweep': {
        if (command.leadership !== leadership) return nothing
        const transaction = transactionOf(zxid, { session: noSession, identities: [] })
        sweep(tree, command.znodes, transaction)
        return changed(transaction.changes)
      }
    }
  }

  function openSession(zxid: Zxid, token: string, timeoutMs: number): Applied {
    const found = sessions.byToken(token)
    if (found !== undefined) return opened(found.session, token, found.timeoutMs)
    if (sessions.isFull) return outcomeOnly({ type: 'refused', token, error: tooManySessions })
    const session = sessionId(zxid)
    const counters = { lastXid: xid(0), lastZxid: zxid, acknowledged: xid(0) }
    sessions.add({ session, token, timeoutMs, ...counters, identities: [] })
    return opened(session, token, timeoutMs)
  }

  function applyRequest(zxid: Zxid, request: Request): Applied {
    const session = sessions.get(request.session)
    if (session === undefined) return replied(request, { zxid, result: sessionExpired })
    const expected = xidAfter(session.lastXid)
    if (request.xid > expected)
      return outcomeOnly({ type: 'outOfOrder', session: request.session, xid: request.xid, expected })
    if (request.xid < expected) return answerAgain(zxid, request, session)

    sessions.take(request.session, request.xid, request.acknowledged, zxid)
    const { operation } = request
    if (operation.type === 'closeSession') {
      const changes = endSession(zxid, session)
      const reply: Reply = { zxid, result: sessionClosed }
      return {
        outcome: { type: 'replied', session: request.session, xid: request.xid, reply },
        changes,
        ended: [{ session: request.session, reason: 'closed' }],
      }
    }
    if (isFull(session)) return replied(request, { zxid, result: tooManyRequests })
    const transaction = transactionOf(zxid, session)
    const result = perform(tree, sessions, operation, transaction)
    const { changes, overQuota } = transaction
    const reply: Reply = result.ok && overQuota !== null ? { zxid, result, overQuota } : { zxid, result }
    sessions.remember(request.session, request.xid, reply)
    return replied(request, reply, changes)
  }

  const transactionOf = (
    zxid: Zxid,
    { session, identities }: Pick<Session, 'session' | 'identities'>,
  ): Transaction => ({ zxid, timeMs, session, identities, changes: [], overQuota: null })

  /** The changes of a session's end: its ephemerals go with it. */
  function endSession(zxid: Zxid, session: Readonly<Session>): readonly Change[] {
    const transaction = transactionOf(zxid, session)
    removeEphemerals(tree, transaction)
    sessions.remove(session.session)
    return transaction.changes
  }

  function restore(bytes: Uint8Array): Result<readonly Change[], Failure> {
    const decoded = decodeState(codec, bytes)
    if (!decoded.ok) return err(failure('BadArguments', `this is no snapshot: ${decoded.error}`))
    const { header } = decoded.value
    const changes = changesBetween(tree, decoded.value.tree, header.appliedThrough)
    tree = decoded.value.tree
    sessions = decoded.value.sessions
    appliedThrough = header.appliedThrough
    leadership = header.leadership
    timeMs = header.timeMs
    return ok(changes)
  }

  return {
    get appliedThrough() {
      return appliedThrough
    },
    get leadership() {
      return leadership
    },
    apply,
    query: (query, session = noSession) => answerQuery(tree, query, sessions.get(session) ?? anybody),
    subtree: (path, session) => subtree(tree, path, sessions.get(session) ?? anybody),
    sweepable: nowMs => sweepable(tree, Math.max(timeMs, nowMs)),
    session: id => {
      const session = sessions.get(id)
      return session === undefined ? undefined : viewOf(session)
    },
    sessions: () => Array.from(sessions.all(), viewOf),
    digest: () => digestState(state()),
    get size() {
      return tree.size
    },
    snapshot: () => encodeState(codec, state()),
    beginSnapshot: () => new SnapshotWriter(codec, state()),
    restore,
  }
}

/** The reply to a request that was taken before. What was acknowledged has none left, and nobody waits for it. */
function answerAgain(zxid: Zxid, request: Request, session: Readonly<Session>): Applied {
  if (request.xid <= session.acknowledged) return nothing
  const remembered = session.replies.get(request.xid)
  return replied(request, remembered === undefined ? { zxid, result: tooManyRequests } : remembered.reply)
}

const viewOf = (of: Readonly<Session>): SessionView => {
  const { session, timeoutMs, lastXid, lastZxid, identities } = of
  return { session, timeoutMs, lastXid, lastZxid, identities }
}

const noChanges: readonly Change[] = []
const nobody: Applied['ended'] = []
const nothing: Applied = { outcome: { type: 'nothing' }, changes: noChanges, ended: nobody }

type Answer = Result<OperationAnswer, Failure>

const sessionClosed: Answer = ok({ type: 'closeSession' })
const sessionExpired: Answer = err(failure('SessionExpired', 'the session is closed, expired or unknown'))
const tooManyRequests: Answer = err(
  failure('TooManyRequests', 'too many writes of the session wait for their answer to be acknowledged'),
)

const tooManySessions = failure(
  'LimitExceeded',
  `there are ${sessionsMax} sessions, which is all that there may be`,
)

const changed = (changes: readonly Change[]): Applied => ({
  outcome: nothing.outcome,
  changes,
  ended: nobody,
})

const outcomeOnly = (outcome: Outcome): Applied => ({ outcome, changes: noChanges, ended: nobody })

const opened = (session: SessionView['session'], token: string, timeoutMs: number): Applied =>
  outcomeOnly({ type: 'opened', token, session, timeoutMs })

const replied = ({ session, xid }: Request, reply: Reply, changes = noChanges): Applied => ({
  outcome: { type: 'replied', session, xid, reply },
  changes,
  ended: nobody,
})
