/**
 * The rounds of a double barrier, decided from what stands in the tree: may I enter, may somebody let all enter, may I leave.
 * A round is a list of names in the data of the barrier's znode; it is written in one transaction that also sees to it that
 * all of them are there, so that all enter or none. Does not look or wait: double-barrier.ts does.
 *
 * Source: ZooKeeper Recipes, "Double Barriers", whose processes decide for themselves, so that one may give up at the moment in
 * which the others enter; here one transaction decides for all.
 */
import { inOrder } from './order.ts'
import { textOf } from './tree.ts'

export type Entry =
  | { readonly type: 'entered' }
  /** There are enough: this is the round. */
  | { readonly type: 'open'; readonly round: readonly string[] }
  /** The round before is not over: not before `name` is gone. */
  | { readonly type: 'after'; readonly name: string }
  /** Not before the round changes. */
  | { readonly type: 'wait' }

/** @param round the names in the barrier's data @param present the names of its children @param size how many enter together */
export function entryOf(
  round: readonly string[],
  present: readonly string[],
  own: string,
  size: number,
): Entry {
  if (round.includes(own)) return { type: 'entered' }
  const staying = stayingOf(round, present, own)
  if (staying !== null) return { type: 'after', name: staying }
  const waiting = inOrder(present)
  return waiting.length >= size ? { type: 'open', round: waiting.slice(0, size) } : { type: 'wait' }
}

/** The last of `round` that is still there, besides `own`; null when all have left. */
export const stayingOf = (round: readonly string[], present: readonly string[], own: string): string | null =>
  round.findLast(name => name !== own && present.includes(name)) ?? null

/** A round as the znode's data; names have no blanks. */
export const roundText = (round: readonly string[]): string => round.join(' ')

export const roundOf = (data: Uint8Array): readonly string[] => {
  const text = textOf(data)
  return text === '' ? [] : text.split(' ')
}
