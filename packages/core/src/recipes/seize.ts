/**
 * Making an item of a queue one's own, each way in one transaction that decides for all: taking it out, or claiming it by an
 * ephemeral, and finishing what was claimed. Does not know which item is next.
 *
 *   <path>/items/<name>    <path>/claims/<the same name>, ephemeral
 *
 * Source: ZooKeeper Recipes, "Queues"; Curator's DistributedQueue with its lock path.
 */
import { type Attempt, attempt } from './attempt.ts'
import { KeeperError } from './error.ts'
import { patienceMs } from './limits.ts'
import { childOf, isError, type Tree } from './tree.ts'
import { make, makeContainer, remove } from './znode.ts'

/** An item that was taken. */
export interface Item {
  readonly data: Uint8Array
  /** Its name in the queue: no other item ever has the same. */
  readonly name: string
}

export interface Claimed {
  readonly item: Item
  /** The zxid of the claim. */
  readonly token: number
}

export const itemsOf = (queue: string): string => childOf(queue, 'items')
export const claimsOf = (queue: string): string => childOf(queue, 'claims')

/** Takes item `name` out. Null where it is gone, or somebody works on it. Given up, it is put back under its name. */
export async function take(tree: Tree, queue: string, name: string, made: Attempt): Promise<Item | null> {
  const path = childOf(itemsOf(queue), name)
  const claim = childOf(claimsOf(queue), name)
  const data = await dataOf(tree, path, made)
  if (data === null) return null
  const taking = tree.multi(
    [
      // Fails where somebody works on it.
      { type: 'create', path: claim, mode: 'ephemeral' },
      { type: 'delete', path: claim },
      { type: 'delete', path },
    ],
    { timeoutMs: patienceMs },
  )
  try {
    await made.race(taking)
    return { data, name }
  } catch (error) {
    if (made.signal.aborted) void putBack(tree, queue, taking, path, data)
    if (isError(error, 'NodeExists', 'NoNode')) return null
    throw error
  }
}

/** Nobody waits for what is being taken any more. */
async function putBack(
  tree: Tree,
  queue: string,
  taking: Promise<unknown>,
  path: string,
  data: Uint8Array,
): Promise<void> {
  await attempt(tree, 'put back', {}, async made => {
    await taking
    await makeContainer(tree, itemsOf(queue), made)
    await tree.create(path, data, { timeoutMs: patienceMs })
  }).catch(() => undefined)
}

/** Claims item `name` for as long as the session lives. Null where it is gone, or somebody works on it. */
export async function claim(tree: Tree, queue: string, name: string, made: Attempt): Promise<Claimed | null> {
  try {
    const { path, stat } = await make(tree, childOf(claimsOf(queue), name), '', 'ephemeral', made)
    const data = await dataOf(tree, childOf(itemsOf(queue), name), made).catch(error => {
      void remove(tree, path)
      throw error
    })
    if (data !== null) return { item: { data, name }, token: stat.czxid }
    // It was done before the claim.
    void remove(tree, path)
    return null
  } catch (error) {
    if (isError(error, 'NodeExists')) return null
    throw error
  }
}

/** The work on a claimed item is done: item and claim go together, or not. Rejects with Lost where the claim was gone. */
export async function finish(tree: Tree, queue: string, name: string, made: Attempt): Promise<void> {
  const claimed = childOf(claimsOf(queue), name)
  try {
    await made.race(
      tree.multi(
        [
          { type: 'delete', path: claimed },
          { type: 'delete', path: childOf(itemsOf(queue), name) },
        ],
        { timeoutMs: patienceMs },
      ),
    )
  } catch (error) {
    if (!isError(error, 'NoNode')) throw error
    if (error.results?.[0] === 'NoNode')
      throw new KeeperError('Lost', 'it was done, but its claim was gone before', claimed)
    // Somebody deleted the item: it does not come back either way.
    void remove(tree, claimed)
  }
}

async function dataOf(tree: Tree, path: string, made: Attempt): Promise<Uint8Array | null> {
  try {
    return (await tree.get(path, made.calls)).data
  } catch (error) {
    if (isError(error, 'NoNode')) return null
    throw error
  }
}
