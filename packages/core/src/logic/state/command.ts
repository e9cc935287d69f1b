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

/**
 * The body of `command`: what is forwarded to the leader, who stamps it. A flat row that starts with what is done; the
 * names of fields would be a third of what a small write puts on every replica's disk and wire.
 */
export const encodeCommand = (codec: Codec, command: Command): Uint8Array => codec.encode(rowOf(command))

function rowOf(command: Command): readonly unknown[] {
  switch (command.type) {
    case 'openSession':
      return [command.type, command.token, command.timeoutMs]
    case 'lead':
      return [command.type, command.node]
    case 'expireSession':
      return [command.type, command.session, command.leadership, command.lastZxid]
    case 'request': {
      const { session, xid, acknowledged, operation } = command
      switch (operation.type) {
        case 'create':
          return [operation.type, session, xid, acknowledged, operation.path, operation.data, operation.mode]
        case 'delete':
          return [operation.type, session, xid, acknowledged, operation.path, operation.version]
        case 'set':
          return [
            operation.type,
            session,
            xid,
            acknowledged,
            operation.path,
            operation.data,
            operation.version,
          ]
        case 'closeSession':
          return [operation.type, session, xid, acknowledged]
      }
    }
  }
}

/** The bytes for the log: the proposer's clock, then the body. */
export function stampCommand(timeMs: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(stampBytes + body.length)
  new DataView(bytes.buffer).setFloat64(0, timeMs)
  bytes.set(body, stampBytes)
  return bytes
}

/**
 * Reads a command out of the log, or says why it is none. Never throws; what follows a row's last field is ignored. The
 * same bytes give the same answer on every replica: what is no command is skipped by all of them.
 */
export function readCommand(codec: Codec, bytes: Uint8Array): Result<StampedCommand, string> {
  if (bytes.length <= stampBytes) return err('shorter than a stamp and a body')
  const timeMs = new DataView(bytes.buffer, bytes.byteOffset, stampBytes).getFloat64(0)
  if (!(timeMs >= 0 && timeMs <= timeMsMax)) return err('the stamp is no time')
  const command = parseRow(codec.decode(bytes.subarray(stampBytes)))
  return command.ok ? ok({ timeMs, command: command.value }) : command
}

function parseRow(row: unknown): Result<Command, string> {
  if (!Array.isArray(row)) return err('a command is a row')
  const [type, first, second, third, path, fifth, sixth] = row as readonly unknown[]
  switch (type) {
    case 'openSession':
      return parseOpenSession(first, second)
    case 'lead':
      return isId(first) ? ok({ type, node: nodeId(first) }) : err('a leader is a node')
    case 'expireSession':
      if (!isCounter(first) || !isCounter(second) || !isCounter(third))
        return err('an expiry names a session, a leadership and a zxid')
      return ok({ type, session: sessionId(first), leadership: slot(second), lastZxid: slot(third) })
    case 'create':
      return parseRequest(first, second, third, { type, path, data: fifth, mode: sixth })
    case 'delete':
      return parseRequest(first, second, third, { type, path, version: fifth })
    case 'set':
      return parseRequest(first, second, third, { type, path, data: fifth, version: sixth })
    case 'closeSession':
      return parseRequest(first, second, third, { type })
    default:
      return err('there is no such command')
  }
}

function parseOpenSession(token: unknown, timeoutMs: unknown): Result<Command, string> {
  if (!isId(token)) return err('a token is an id')
  if (typeof timeoutMs !== 'number' || !Number.isFinite(timeoutMs)) return err('a timeout is a finite number')
  const clamped = Math.min(Math.max(Math.round(timeoutMs), sessionTimeoutMsMin), sessionTimeoutMsMax)
  return ok({ type: 'openSession', token, timeoutMs: clamped })
}

function parseRequest(
  session: unknown,
  number: unknown,
  acknowledged: unknown,
  operation: unknown,
): Result<Command, string> {
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
