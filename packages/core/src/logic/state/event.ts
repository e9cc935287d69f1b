/** What an applied transaction did to the tree, for the watches of this replica. Plain facts, in the order of the log. */
import type { Zxid } from '../base/ids.ts'
import type { Acl } from './acl.ts'
import type { ZnodePath } from './path.ts'

/**
 * One changed znode. A create or delete also changes the parent's list of children; that follows from the path and is
 * not said again.
 */
export interface Change {
  readonly type: 'created' | 'deleted' | 'dataChanged'
  readonly path: ZnodePath
  readonly zxid: Zxid
  /** The list in force at the znode (of a deleted one: its last). Undefined where everybody has READ. */
  readonly acl?: Acl | undefined
  /** Of a create or delete: the list in force at the parent, whose children changed. Undefined where everybody has READ. */
  readonly parentAcl?: Acl | undefined
}
