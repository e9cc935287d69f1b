/**
 * What stands in the log: every command is applied on every replica in slot order and gives the same outcome there.
 * Owns the commands, their bytes and the parser at the door. Does not know who proposed them or how they were agreed on.
 *
 * A command's bytes are the proposer's clock (float64, milliseconds since 1970, big-endian), then the encoded command:
 * the leader stamps the time on what others forwarded without decoding it.
 */
import type { NodeId, SessionId, Xid, Zxid } from '../base/ids.ts'
import type { ZnodePath } from './path.ts'

export type CreateMode = 'persistent' | 'persistentSequential' | 'ephemeral' | 'ephemeralSequential'

/** A write as a session asks for it. Paths are parsed; data is bytes; version -1 means any. */
export type Operation =
  | {
      readonly type: 'create'
      readonly path: ZnodePath
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
