/** Setting watches that stay, for {@link Watcher}s of one session. Does not know what becomes of their events. */
import { isCounter, slot } from '../logic/base/ids.ts'
import type { Codec } from './codec.ts'
import { KeeperError } from './error.ts'
import { pathOf } from './path.ts'
import type { Session } from './session.ts'
import type { WatchOptions } from './watch-options.ts'
import { Watcher, type WatchSource } from './watcher.ts'
import type { Watches } from './watches.ts'

/** As `Keeper.watch`, with values of a codec. */
export type Watch = <Value>(
  path: string,
  codec: Codec<Value>,
  options: WatchOptions<Value>,
) => Promise<Watcher<Value>>

/** Watches through `session`, whose watchers are `watches`. */
export const watchesOf =
  (session: Session, watches: Watches): Watch =>
  async (path, codec, { recursive = false, from, onEvent, ...options }) => {
    const parsed = pathOf(path)
    if (from !== undefined && !isCounter(from))
      throw new KeeperError('BadArguments', 'a watch goes on from a zxid', path)
    const kind = recursive ? 'persistentRecursive' : 'persistent'
    const source: WatchSource = {
      attach: (sink, after) => {
        const id = watches.add(sink)
        const attached = session.addWatch(id, kind, parsed, after, options)
        const detach = () => {
          watches.remove(id)
          session.forgetWatch(id, parsed)
        }
        return { attached, detach }
      },
      get toldThrough() {
        return session.toldThrough
      },
    }
    const watcher = new Watcher(source, onEvent ?? null, codec)
    try {
      await watcher.start(from === undefined ? 'now' : slot(from))
    } catch (error) {
      watcher.close()
      throw error
    }
    watcher.closeWith(options.signal)
    return watcher
  }
