/**
 * Standing in line: makes a znode in it, and waits until the decision (turn.ts) says that its turn has come. The loop that
 * locks, semaphores, elections and queues share. Does not know what the turn is for, or how it is kept: hold.ts.
 *
 * Source: ZooKeeper Recipes, "Locks".
 */
import type { Data } from '../client/index.ts'
import type { Attempt } from './attempt.ts'
import { Bell, changeOf } from './bell.ts'
import { childOf, isError, nameOf, type Tree } from './tree.ts'
import type { Decide } from './turn.ts'
import { make, uniqueName } from './znode.ts'

export interface Line {
  /** The znode below which the line stands. A container where nothing else was made of it. */
  readonly path: string
  /** What its names begin with. */
  readonly kind: string
  readonly decide: Decide
}

/** An ephemeral znode in a line. */
export interface Place {
  readonly line: Line
  readonly path: string
  /** The zxid of its creation. Whoever stands behind has a greater one. */
  readonly token: number
}

/** Takes a place at the end of `line`. If the attempt is given up meanwhile the place is left again. */
export async function join(tree: Tree, line: Line, data: Data, made: Attempt): Promise<Place> {
  await made.connected()
  const prefix = childOf(line.path, `${line.kind}-${uniqueName(tree)}-`)
  const { path, stat } = await make(tree, prefix, data, 'ephemeralSequential', made)
  return { line, path, token: stat.czxid }
}

/**
 * Waits for the turn of `place`, as a quorum sees it: a replica that is behind, of a session that is over, would show one
 * that is long gone. True when it has come, false when the place is not there any more.
 */
export async function awaitTurn(tree: Tree, { line, path }: Place, made: Attempt): Promise<boolean> {
  let watchesAll = false
  for (;;) {
    await made.connected()
    const bell = new Bell(tree)
    try {
      const watch = watchesAll ? { watch: bell.at(line.path) } : {}
      const { children } = await tree.children(line.path, {
        consistency: 'linearizable',
        ...watch,
        ...made.calls,
      })
      const turn = line.decide(children, nameOf(path))
      switch (turn.type) {
        case 'mine':
          return true
        case 'gone':
          return false
        case 'after':
          await changeOf(tree, childOf(line.path, turn.name), made)
          break
        case 'afterAny':
          if (watchesAll) await bell.wait(made)
          watchesAll = true
      }
    } catch (error) {
      if (!isError(error, 'NoNode')) throw error
      return false
    } finally {
      bell.drop()
    }
  }
}
