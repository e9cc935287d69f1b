/**
 * Making and removing the znodes of recipes so that none is left behind. A write that was handed over is carried out once,
 * whoever still waits for its answer; so what was made for somebody who gave up meanwhile is removed when it is known, and a
 * removal goes on until it is done or the session is over, which takes ephemerals with it.
 *
 * Source: ZooKeeper Recipes, "Recoverable Errors and the GUID"; here sessions are exactly-once, and no answer is lost.
 */

import type { Created, CreateMode, Data } from '../client/index.ts'
import { type Attempt, attempt } from './attempt.ts'
import { KeeperError } from './error.ts'
import { patienceMs, refusedAgainMs, releaseWaitMs } from './limits.ts'
import { isError, parentOf, type Tree } from './tree.ts'

/** How many names each keeper has given out. */
const namesGiven = new WeakMap<Tree, number>()

/** What nobody else ever names a znode: for a name behind its kind. The keeper must have a session. */
export function uniqueName(tree: Tree): string {
  const number = (namesGiven.get(tree) ?? 0) + 1
  namesGiven.set(tree, number)
  return `${tree.session}.${number}`
}

/** Creates the znodes above `path` that are missing, as containers: they go when they are empty again. */
export async function makeParents(tree: Tree, path: string, made: Attempt): Promise<void> {
  const parent = parentOf(path)
  if (parent === '/') return
  await makeContainer(tree, parent, made)
}

/** Sees to it that `path` is there, as a container where it was not. */
export async function makeContainer(tree: Tree, path: string, made: Attempt): Promise<void> {
  for (;;)
    try {
      made.check()
      await made.race(tree.create(path, '', { mode: 'container', timeoutMs: patienceMs }))
      return
    } catch (error) {
      if (isError(error, 'NodeExists')) return
      if (!isError(error, 'NoNode')) throw error
      await makeParents(tree, path, made)
    }
}

/**
 * Creates a znode that is removed again if the attempt is given up before the answer. `path` is the whole path, or what is
 * before the sequence number; it has to be one that nobody else uses.
 */
export async function make(
  tree: Tree,
  path: string,
  data: Data,
  mode: CreateMode,
  made: Attempt,
): Promise<Created> {
  for (;;) {
    made.check()
    const creating = tree.create(path, data, { mode, timeoutMs: patienceMs })
    try {
      return await made.race(creating)
    } catch (error) {
      if (made.signal.aborted) void creating.then(({ path }) => remove(tree, path)).catch(() => undefined)
      if (!isError(error, 'NoNode')) throw error
      await makeParents(tree, path, made)
    }
  }
}

/**
 * Deletes `path`, as soon as a quorum is in reach. Resolves when it is gone, or the session is over, or what forbids it
 * cannot change. Never rejects.
 */
export async function remove(tree: Tree, path: string): Promise<void> {
  for (;;)
    try {
      return await tree.delete(path, { timeoutMs: patienceMs })
    } catch (error) {
      if (!isError(error, 'TooManyRequests')) return
      await new Promise<void>(resolve => tree.clock.after(refusedAgainMs, resolve))
    }
}

/** Resolves when `leaving` has, or after a while: it goes on by itself. Never rejects. */
export const waitABit = (tree: Tree, leaving: Promise<unknown>): Promise<void> =>
  attempt(tree, 'leave', { timeoutMs: releaseWaitMs }, async made => {
    await made.race(leaving)
  }).catch(() => undefined)

export const lost = (path: string): KeeperError =>
  new KeeperError(
    'Lost',
    'the znode by which it was held is gone: somebody deleted it, or its session ended',
    path,
  )
