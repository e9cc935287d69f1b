/**
 * The states of a keeper, told to any number of holds and waits by one listener of the keeper's: a page may hold hundreds of
 * things, and an EventTarget with hundreds of listeners looks like a leak to those who watch for leaks.
 */
import type { Tree } from './tree.ts'

const listeners = new WeakMap<Tree, Set<() => void>>()

/** Calls `listener` at each change of the state, until `signal` is aborted. */
export function onState(tree: Tree, listener: () => void, signal: AbortSignal): void {
  if (signal.aborted) return
  const all = listeners.get(tree) ?? begin(tree)
  all.add(listener)
  signal.addEventListener('abort', () => all.delete(listener), { once: true })
}

function begin(tree: Tree): Set<() => void> {
  const all = new Set<() => void>()
  listeners.set(tree, all)
  tree.on('state', () => {
    for (const each of [...all]) each()
  })
  return all
}
