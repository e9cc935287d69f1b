/** A machine with its slots counted and its commands stamped, so that tests say only what they are about. */
import { createCodec } from '../../src/host/codec.ts'
import { type SessionId, type Slot, slot, xid } from '../../src/logic/base/ids.ts'
import type { Acl, AclEntry } from '../../src/logic/state/acl.ts'
import {
  type Command,
  type CreateMode,
  encodeCommand,
  type Operation,
  stampCommand,
} from '../../src/logic/state/command.ts'
import type { Applied, Reply, StateMachine } from '../../src/logic/state/contract.ts'
import type { StateErrorCode } from '../../src/logic/state/error.ts'
import { createMachine } from '../../src/logic/state/machine.ts'
import { readOperation } from '../../src/logic/state/operation.ts'
import { parsePath, type ZnodePath } from '../../src/logic/state/path.ts'
import type { Query, QueryAnswer } from '../../src/logic/state/query.ts'
import type { QuotaLimits } from '../../src/logic/state/quota.ts'
import type { Stat } from '../../src/logic/state/stat.ts'

export const codec = createCodec()

export const bytes = (text = ''): Uint8Array => new TextEncoder().encode(text)
export const text = (data: Uint8Array): string => new TextDecoder().decode(data)

/** The path that `text` is; throws where it is none. */
export function path(text: string): ZnodePath {
  const parsed = parsePath(text)
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value
}

function operation(value: object): Operation {
  const parsed = readOperation(value)
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value
}

/** What a create may say besides. */
export interface CreateExtras {
  readonly acl?: Acl
  readonly ttlMs?: number
}

export const create = (
  at: string,
  mode: CreateMode = 'persistent',
  data = bytes(),
  extras: CreateExtras = {},
): Operation => operation({ type: 'create', path: at, data, mode, ...extras })
export const remove = (at: string, version = -1): Operation =>
  operation({ type: 'delete', path: at, version })
export const set = (at: string, data = bytes(), version = -1): Operation =>
  operation({ type: 'set', path: at, data, version })
export const check = (at: string, version = -1): Operation => operation({ type: 'check', path: at, version })
export const setAcl = (at: string, acl: Acl, version = -1): Operation =>
  operation({ type: 'setAcl', path: at, acl, version })
export const multi = (...operations: readonly Operation[]): Operation =>
  operation({ type: 'multi', operations })
export const addAuth = (scheme: string, id: string): Operation => operation({ type: 'addAuth', scheme, id })
export const setQuota = (at: string, limits: QuotaLimits | null): Operation =>
  operation({ type: 'setQuota', path: at, limits })
/** One line: `perms` are letters of `rwcda`. */
export const line = (scheme: string, id: string, perms: string): AclEntry => ({
  scheme,
  id,
  perms: [...perms].reduce((bits, letter) => bits | (1 << 'rwcda'.indexOf(letter)), 0),
})
export const close: Operation = { type: 'closeSession' }

export interface World {
  readonly machine: StateMachine
  /** The last stamp; the next command's is one more. Tests may move it. */
  timeMs: number
  /** Applies `command` in the next slot. */
  apply(command: Command): Applied
  applyBytes(bytes: Uint8Array | null): Applied
  open(token?: string, timeoutMs?: number): SessionId
  /** Applies `operation` as the next request of `session`, acknowledging all before. */
  request(session: SessionId, operation: Operation): Applied & { readonly reply: Reply }
  /** Like `request`; the error's code, or `ok`. */
  code(session: SessionId, operation: Operation): string
  /** What `session` reads, or the code of its failure. */
  read(session: SessionId, query: Query): QueryAnswer | StateErrorCode
  stat(at: string): Stat | null
  children(at: string): readonly string[]
}

export function createWorld(machine: StateMachine = createMachine(codec)): World {
  let tokens = 0
  const applyBytes = (body: Uint8Array | null): Applied => machine.apply(next(machine), body)
  const world: World = {
    machine,
    timeMs: 1_000,
    applyBytes,
    apply(command) {
      world.timeMs++
      return applyBytes(stampCommand(world.timeMs, encodeCommand(codec, command)))
    },
    open(token = `token-${++tokens}`, timeoutMs = 10_000) {
      const { outcome } = world.apply({ type: 'openSession', token, timeoutMs })
      if (outcome.type !== 'opened') throw new Error(`no session: ${outcome.type}`)
      return outcome.session
    },
    request(session, asked) {
      const last = machine.session(session)?.lastXid ?? 0
      const applied = world.apply(request(session, last + 1, asked, last))
      if (applied.outcome.type !== 'replied') throw new Error(`no reply: ${applied.outcome.type}`)
      return { ...applied, reply: applied.outcome.reply }
    },
    code(session, asked) {
      const { result } = world.request(session, asked).reply
      return result.ok ? 'ok' : result.error.code
    },
    read(session, query) {
      const result = machine.query(query, session)
      return result.ok ? result.value : result.error.code
    },
    stat(at) {
      const answer = machine.query({ type: 'exists', path: path(at) })
      return answer.ok && answer.value.type === 'exists' ? answer.value.stat : null
    },
    children(at) {
      const answer = machine.query({ type: 'children', path: path(at) })
      return answer.ok && answer.value.type === 'children' ? answer.value.children : []
    },
  }
  return world
}

export const next = (machine: StateMachine): Slot => slot(machine.appliedThrough + 1)

/** The command of request `number` of `session`. */
export const request = (
  session: SessionId,
  number: number,
  operation: Operation,
  acknowledged = 0,
): Command => ({
  type: 'request',
  session,
  xid: xid(number),
  acknowledged: xid(acknowledged),
  operation,
})
