/** Walks a part of the tree, without a call for each level: paths may be deep. */
import { childOf, type ZnodePath } from './path.ts'
import type { Tree } from './tree.ts'

/** The path of the znode at `path` and of all below it, parents before children; nothing where there is none. */
export function* walk(tree: Tree, path: ZnodePath): Iterable<ZnodePath> {
  const waiting = [path]
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const znode = tree.get(at)
    if (znode === undefined) continue
    yield at
    if (znode.children !== null) for (const name of znode.children) waiting.push(childOf(at, name))
  }
}
