/** Worlds for the rules of recipes: the real client and replicas under virtual time. */
import { afterEach, expect } from 'vitest'
import type { Keeper } from '../../src/client/index.ts'
import {
  type VirtualEnsemble,
  type VirtualEnsembleOptions,
  virtualEnsemble,
} from '../../src/testing/index.ts'

const worlds: VirtualEnsemble[] = []

afterEach(() => {
  for (const world of worlds.splice(0)) world.close()
})

export interface World {
  readonly world: VirtualEnsemble
  /** One on each device. */
  readonly keepers: readonly [Keeper, Keeper, Keeper]
}

/** Three devices with a keeper each, which ends with the test. */
export async function begin(options: VirtualEnsembleOptions = {}): Promise<World> {
  const world = await virtualEnsemble(options)
  worlds.push(world)
  const keepers = [await world.connect(0), await world.connect(1), await world.connect(2)] as const
  return { world, keepers }
}

/** The children of `path`; none where it is not there. As a quorum sees it. */
export async function childrenOf(keeper: Keeper, path: string): Promise<readonly string[]> {
  const stat = await keeper.exists(path, { consistency: 'linearizable' })
  return stat === null ? [] : (await keeper.children(path, { consistency: 'linearizable' })).children
}

export const text = ({ data }: { readonly data: Uint8Array }): string => new TextDecoder().decode(data)

/** Whether `promise` has settled, asked without letting time pass; and what to. */
export function follow<T>(promise: Promise<T>): { readonly isSettled: boolean; readonly error: unknown } {
  const state = { isSettled: false, error: null as unknown }
  promise.then(
    () => {
      state.isSettled = true
    },
    error => {
      state.isSettled = true
      state.error = error
    },
  )
  return state
}

/** Any error of this code. */
export const code = (wanted: string) => expect.objectContaining({ code: wanted })
