/** What is known of a znode apart from its data. Fields and meanings are ZooKeeper's (org.apache.zookeeper.data.Stat). */
import type { SessionId, Zxid } from '../base/ids.ts'

export interface Stat {
  /** The transaction that created the znode. */
  readonly czxid: Zxid
  /** The last transaction that set its data (or created it). */
  readonly mzxid: Zxid
  /** The last transaction that created or deleted one of its direct children (or created it). */
  readonly pzxid: Zxid
  /** When it was created: milliseconds since 1970, by the clock of the leader that proposed it. */
  readonly ctime: number
  /** When its data was last set, likewise. */
  readonly mtime: number
  /** Counts the changes of its data. */
  readonly version: number
  /** Counts the creates and deletes of its direct children. */
  readonly cversion: number
  /** Counts the changes of its ACL. */
  readonly aversion: number
  /** The session an ephemeral znode goes with; 0 for every other kind. */
  readonly ephemeralOwner: SessionId
  /** Bytes of data. */
  readonly dataLength: number
  /** Direct children. */
  readonly numChildren: number
}
