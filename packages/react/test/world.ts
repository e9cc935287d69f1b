/** Worlds and components for the rules of hooks. */
import type { Keeper } from '@peerkeeper/core'
import { isKeeperError } from '@peerkeeper/core'
import { type VirtualEnsemble, virtualEnsemble } from '@peerkeeper/core/testing'
import { createElement, type ReactElement, type ReactNode } from 'react'
import { afterEach } from 'vitest'
import { KeeperProvider } from '../src/index.ts'

const worlds: VirtualEnsemble[] = []

afterEach(() => {
  for (const world of worlds.splice(0)) world.close()
})

/** Three devices with a page each, or as many as asked for. */
export async function begin(
  seed: number,
  replicas = 3,
): Promise<{ world: VirtualEnsemble; keepers: readonly Keeper[] }> {
  const world = await virtualEnsemble({ seed, replicas })
  worlds.push(world)
  const keepers: Keeper[] = []
  for (let device = 0; device < replicas; device++) keepers.push(await world.connect(device))
  return { world, keepers }
}

/** One of them. */
export function first<T>(all: readonly T[], index = 0): T {
  const found = all[index]
  if (found === undefined) throw new Error(`there is no ${index}`)
  return found
}

export const within = (keeper: Keeper | null, ...children: readonly ReactNode[]): ReactElement =>
  createElement(KeeperProvider, { keeper }, ...children)

/** Does nothing but look. */
function Probe({ look }: { readonly look: () => void }): null {
  look()
  return null
}

export interface Probed<View> {
  readonly element: ReactElement
  /** The views that it was rendered with. */
  readonly seen: readonly View[]
  readonly last: View
}

/** A component that uses these hooks. */
export function probe<View>(use: () => View): Probed<View> {
  const seen: View[] = []
  const look = () => void seen.push(use())
  return {
    element: createElement(Probe, { look }),
    seen,
    get last() {
      return first(seen, seen.length - 1)
    },
  }
}

/** Whether this keeper's session has a watch at `path`; removes it. */
export async function isWatched(keeper: Keeper, path: string): Promise<boolean> {
  try {
    await keeper.removeWatches(path)
    return true
  } catch (error) {
    if (isKeeperError(error, 'NoWatcher')) return false
    throw error
  }
}
