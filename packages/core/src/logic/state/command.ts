/**
 * What stands in the log: every command is applied on every replica in slot order and gives the same outcome there.
 * Owns the commands and their stamp; their rows are in command-row.ts. Does not know who proposed them or how they were
 * agreed on.
 *
 * A command's bytes are the proposer's clock (float64, milliseconds since 1970, big-endian), then the encoded command:
 * the leader stamps the time on what others forwarded without decoding it.
 */
import type { Codec } from '../base/codec.ts'
import type { NodeId, SessionId, Xid, Zxid } from '../base/ids.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { Acl } from './acl.ts'
import { parseRow, rowOf } from './command-row.ts'
import type { SweepCandidate } from './contract.ts'
import type { SequencePrefix, ZnodePath } from './path.ts'
import type { QuotaLimits } from './quota.ts'

/** ZooKeeper's kinds of znodes: who removes them, and whether the parent's count is appended to their names. */
export type CreateMode =
  | 'persistent'
  | 'persistentSequential'
  | 'ephemeral'
  | 'ephemeralSequential'
  | 'container'
  | 'persistentWithTTL'
  | 'persistentSequentialWithTTL'

/** What a multi can hold. Paths are parsed; data is bytes; version -1 means any. */
export type TreeOperation =
  | {
      readonly type: 'create'
      /** A prefix exactly where `mode` is sequential: the parser of operations sees to it. */
      readonly path: ZnodePath | SequencePrefix
      readonly data: Uint8Array
      readonly mode: CreateMode
      /** Open to all where absent. */
      readonly acl?: Acl
      /** Exactly where `mode` is one with a TTL. */
      readonly ttlMs?: number
    }
  | { readonly type: 'delete'; readonly path: ZnodePath; readonly version: number }
  | { readonly type: 'set'; readonly path: ZnodePath; readonly data: Uint8Array; readonly version: number }
  /** Changes nothing; fails where the version is another. */
  | { readonly type: 'check'; readonly path: ZnodePath; readonly version: number }

/** A write as a session asks for it. */
export type Operation =
  | TreeOperation
  /** `version` is that of the list (aversion). */
  | { readonly type: 'setAcl'; readonly path: ZnodePath; readonly acl: Acl; readonly version: number }
  /** All of them, or none. */
  | { readonly type: 'multi'; readonly operations: readonly TreeOperation[] }
  /** The session is also this from now on. Whoever lets it into the log has seen the proof. */
  | { readonly type: 'addAuth'; readonly scheme: string; readonly id: string }
  /** Null takes the quota of `path` away. */
  | { readonly type: 'setQuota'; readonly path: ZnodePath; readonly limits: QuotaLimits | null }
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
  /**
   * Removes containers and TTL znodes whose time has come. Void when the leadership is no longer `leadership`, and for
   * each znode that is not as named, or whose time has not come by the state's clock.
   */
  | { readonly type: 'sweep'; readonly leadership: Zxid; readonly znodes: readonly SweepCandidate[] }

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
export const encodeCommand = (codec: Codec, command: Command): Uint8Array => codec.encode(rowOf(command))

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
