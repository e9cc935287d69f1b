/**
 * What stands in the log: every command is applied on every replica in slot order and gives the same outcome there.
 * Owns the commands, their bytes and the parser at the door. Does not know who proposed them or how they were agreed on.
 *
 * A command's bytes are the proposer's clock (float64, milliseconds since 1970, big-endian), then the encoded command:
 * the leader stamps the time on what others forwarded without decoding it.
 */
import type { Codec } from '../base/codec.ts'
import {
  isCounter,
  isId,
  type NodeId,
  nodeId,
  type SessionId,
  sessionId,
  slot,
  type Xid,
  xid,
  type Zxid,
} from '../base/ids.ts'
import { sessionTimeoutMsMax, sessionTimeoutMsMin } from '../base/limits.ts'
import { err, ok, type Result } from '../base/result.ts'
import { readOperation } from './operation.ts'
import type { SequencePrefix, ZnodePath } from './path.ts'

export type CreateMode = 'persistent' | 'persistentSequential' | 'ephemeral' | 'ephemeralSequential'

/** A write as a session asks for it. Paths are parsed; data is bytes; version -1 means any. */
export type Operation =
  | {
      readonly type: 'create'
      /** A prefix exactly where `mode` is sequential: the parser of operations sees to it. */
      readonly path: ZnodePath | SequencePrefix
      readonly data: Uint8Array
      readonly mode: CreateMode
    }
  | { readonly type: 'delete'; readonly path: ZnodePath; readonly version: number }
  | { readonly type: 'set'; readonly path: ZnodePath; readonly data: Uint8Array; readonly version: number }
  | { readonly type: 'closeSession' }

export type Command =
  /** Opens a session, or finds the one that `token` already opened: safe to repeat. */
  | { readonly type: 'openSession'; readonly token: string; readonly timeoutMs: number }
  /**
   * One write of one session. Applied when `xid` is the session's next; answered from memory when it was applied
   * before; without effect when an earlier one is missing. Answers up to `acknowledged` may be forgotten.
   */
  | {
      readonly type: 'request'
      readonly session: SessionId
      readonly xid: Xid
      readonly acknowledged: Xid
      readonly operation: Operation
    }
  /** A new leader takes charge of session leases: every session has its full timeout again. */
  | { readonly type: 'lead'; readonly node: NodeId }
  /**
   * Ends a session that was silent for its timeout. Void when the leadership is no longer `leadership` (the zxid of
   * its `lead`), or when the session wrote after `lastZxid`.
   */
  | {
      readonly type: 'expireSession'
      readonly session: SessionId
      readonly leadership: Zxid
      readonly lastZxid: Zxid
    }

/** A command as it was read out of the log. */
export interface StampedCommand {
  /** The proposer's clock, milliseconds since 1970. It may lie before that of an earlier command. */
  readonly timeMs: number
  readonly command: Command
}

const stampBytes = 8

/** The last millisecond that a date can name. */
const timeMsMax = 8.64e15

/** The body of `command`: what is forwarded to the leader, who stamps it. */
export const encodeCommand = (codec: Codec, command: Command): Uint8Array => codec.encode(command)

/** The bytes for the log: the proposer's clock, then the body. */
export function stampCommand(timeMs: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(stampBytes + body.length)
  new DataView(bytes.buffer).setFloat64(0, timeMs)
  bytes.set(body, stampBytes)
  return bytes
}

/**
 * Reads a command out of the log, or says why it is none. Never throws; fields it does not know are ignored. The same
 * bytes give the same answer on every replica: what is no command is skipped by all of them.
 */
export function readCommand(codec: Codec, bytes: Uint8Array): Result<StampedCommand, string> {
  if (bytes.length <= stampBytes) return err('shorter than a stamp and a body')
  const timeMs = new DataView(bytes.buffer, bytes.byteOffset, stampBytes).getFloat64(0)
  if (!(timeMs >= 0 && timeMs <= timeMsMax)) return err('the stamp is no time')
  const command = parseCommand(codec.decode(bytes.subarray(stampBytes)))
  return command.ok ? ok({ timeMs, command: command.value }) : command
}

function parseCommand(value: unknown): Result<Command, string> {
  if (typeof value !== 'object' || value === null) return err('a command is an object')
  const fields = value as Fields
  switch (fields.type) {
    case 'request':
      return parseRequest(fields)
    case 'openSession': {
      const { token, timeoutMs } = fields
      if (!isId(token)) return err('a token is an id')
      if (typeof timeoutMs !== 'number' || !Number.isFinite(timeoutMs))
        return err('a timeout is a finite number')
      const clamped = Math.min(Math.max(Math.round(timeoutMs), sessionTimeoutMsMin), sessionTimeoutMsMax)
      return ok({ type: 'openSession', token, timeoutMs: clamped })
    }
    case 'lead':
      return isId(fields.node) ? ok({ type: 'lead', node: nodeId(fields.node) }) : err('a leader is a node')
    case 'expireSession': {
      const { session, leadership, lastZxid } = fields
      if (!isCounter(session) || !isCounter(leadership) || !isCounter(lastZxid))
        return err('an expiry names a session, a leadership and a zxid')
      return ok({
        type: 'expireSession',
        session: sessionId(session),
        leadership: slot(leadership),
        lastZxid: slot(lastZxid),
      })
    }
    default:
      return err('there is no such command')
  }
}

function parseRequest({ session, xid: number, acknowledged, operation }: Fields): Result<Command, string> {
  if (!isCounter(session)) return err('a request has a session')
  if (!isCounter(number) || number === 0) return err('xids count from 1')
  if (!isCounter(acknowledged)) return err('what is acknowledged is an xid')
  const parsed = readOperation(operation)
  if (!parsed.ok) return err(parsed.error.message)
  return ok({
    type: 'request',
    session: sessionId(session),
    xid: xid(number),
    acknowledged: xid(acknowledged),
    operation: parsed.value,
  })
}

interface Fields {
  readonly type?: unknown
  readonly session?: unknown
  readonly xid?: unknown
  readonly acknowledged?: unknown
  readonly operation?: unknown
  readonly token?: unknown
  readonly timeoutMs?: unknown
  readonly node?: unknown
  readonly leadership?: unknown
  readonly lastZxid?: unknown
}
