/** Reads: answered by one replica from its own state, never in the log. Watches are set by the replica, on success. */

import type { ZnodePath } from './path.ts'
import type { Stat } from './stat.ts'

export type Query =
  | { readonly type: 'get'; readonly path: ZnodePath }
  | { readonly type: 'exists'; readonly path: ZnodePath }
  | { readonly type: 'children'; readonly path: ZnodePath }

export type QueryAnswer =
  | { readonly type: 'get'; readonly data: Uint8Array; readonly stat: Stat }
  /** `stat` is null where there is no znode: that is an answer, not an error. */
  | { readonly type: 'exists'; readonly stat: Stat | null }
  /** Names, not paths, sorted by code unit. */
  | { readonly type: 'children'; readonly children: readonly string[]; readonly stat: Stat }
