/**
 * Which items of a queue come next, decided from names alone. An item's name is what it is ordered by, then who put it, then
 * its sequence number: `<key>-<session>.<number>-<sequence>`. Does not look or wait.
 *
 * Source: ZooKeeper Recipes, "Queues", "Priority Queues"; Curator's DistributedDelayQueue.
 */
import { sequenceOf } from './order.ts'

export interface Ready {
  /** Names of items that nobody works on, the first to take first. */
  readonly names: readonly string[]
  /** When the next one is due, milliseconds since 1970; null where all are, or there is none. */
  readonly nextDueMs: number | null
}

/** How a queue orders its items. */
export interface ItemOrder {
  /** What the name begins with. Ordered by code unit; equal ones by the order in which they were put. */
  readonly keyOf: (rank: number) => string
  /** When an item of this key may be taken: milliseconds since 1970. */
  readonly dueMsOf: (key: string) => number
}

const atOnce = () => 0

/** First in, first out. */
export const fifo: ItemOrder = { keyOf: () => 'item', dueMsOf: atOnce }

/** The smallest number first. */
export const byPriority: ItemOrder = { keyOf: rank => String(rank).padStart(10, '0'), dueMsOf: atOnce }

/** Not before its time; who is due first first. 16 digits hold every date. */
export const byDueTime: ItemOrder = { keyOf: rank => String(rank).padStart(16, '0'), dueMsOf: Number }

/** @param items names of items @param claims names of those that somebody works on @param nowMs milliseconds since 1970 */
export function readyItems(
  { dueMsOf }: ItemOrder,
  items: readonly string[],
  claims: readonly string[],
  nowMs: number,
): Ready {
  const claimed = new Set(claims)
  const known = items.flatMap(name => {
    const sequence = sequenceOf(name)
    return sequence === null || claimed.has(name) ? [] : [{ name, sequence, key: keyOf(name) }]
  })
  known.sort((a, b) => (a.key === b.key ? a.sequence - b.sequence : a.key < b.key ? -1 : 1))
  const due = known.filter(({ key }) => dueMsOf(key) <= nowMs)
  const next = known.find(({ key }) => dueMsOf(key) > nowMs)
  return { names: due.map(({ name }) => name), nextDueMs: next === undefined ? null : dueMsOf(next.key) }
}

const keyOf = (name: string): string => name.slice(0, name.indexOf('-'))
