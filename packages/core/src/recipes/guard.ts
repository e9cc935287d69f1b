/**
 * Watches over one znode on behalf of whoever holds something by it: tells when that may be lost, when it is, and when it is
 * asked back. Does not decide what follows.
 */

import type { WatchEvent } from '../client/index.ts'
import type { Attempt } from './attempt.ts'
import { KeeperError } from './error.ts'
import { onState } from './states.ts'
import { isOver, lossOf, type Tree } from './tree.ts'
import { lost } from './znode.ts'

export interface Guard {
  /** Aborted at the first loss, possible or certain, with a KeeperError. */
  readonly signal: AbortSignal
  /** Aborted when the znode's data was set: somebody asks for it. */
  readonly revocation: AbortSignal
  /** Watches no longer, and aborts the signal with `Closed`. Idempotent. */
  end(why: string): void
}

/**
 * Guards the znode at `path` that was created in transaction `token`: nothing that happened to it since is missed, before
 * this call or after. Resolves when it is guarded; its signal may be aborted by then. `suspension`: whether that counts as a
 * loss, as it does for whoever acts alone.
 */
export async function guard(
  tree: Tree,
  { path, token }: { readonly path: string; readonly token: number },
  made: Attempt,
  suspension: 'counts' | 'does not count' = 'counts',
): Promise<Guard> {
  const loss = new AbortController()
  const asked = new AbortController()
  const over = new AbortController()
  const lose = (reason: KeeperError) => {
    loss.abort(reason)
    over.abort()
  }
  const check = () => {
    const reason = lossOf(tree.state)
    if (reason !== null && (suspension === 'counts' || isOver(tree.state))) lose(reason)
  }
  onState(tree, check, over.signal)
  const onEvent = (event: WatchEvent) => {
    if (event.type === 'NodeDeleted') lose(lost(path))
    else if (event.type === 'NodeDataChanged') asked.abort()
    else if (event.type === 'Resync') {
      const own = event.znodes.find(each => each.path === path)
      if (own?.stat.czxid !== token) lose(lost(path))
      else if (own.stat.version > 0) asked.abort()
    }
  }
  try {
    const watcher = await tree.watch(path, { from: token, onEvent, ...made.calls })
    if (over.signal.aborted) watcher.close()
    else over.signal.addEventListener('abort', () => watcher.close(), { once: true })
  } catch (error) {
    over.abort()
    throw error
  }
  check()
  return {
    signal: loss.signal,
    revocation: asked.signal,
    end: why => lose(new KeeperError('Closed', why, path)),
  }
}
