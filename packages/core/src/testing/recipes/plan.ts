/** What a seed stands for in a play: the ensemble, its users, and which faults strike how often. */
import type { EngineName } from '../../logic/consensus/engine.ts'
import { engineNames } from '../../logic/consensus/engine-names.ts'
import { chanceOf } from '../../sim/chance.ts'

/** What may befall a user in the middle of a recipe, at one of its steps: a call that the recipe makes of its keeper. */
export const strikes = [
  'expire',
  'killPage',
  'killDevice',
  'freezePage',
  'freezeDevice',
  'rehost',
  'cut',
] as const

export type Strike = (typeof strikes)[number]

export interface Plan {
  readonly seed: number
  readonly engine: EngineName
  readonly replicas: number
  readonly users: number
  /** How long faults strike, of virtual time. */
  readonly faultsMs: number
  /** How long users wait between turns at most. */
  readonly thinkMs: number
  readonly diskMsMax: number
  /** What strikes whom and when, besides. Mean time between two of them; null: nothing does. */
  readonly strikeEveryMs: number | null
  /** Of all lives, the share in which the user is struck at one of its steps. */
  readonly struckLives: number
  /** Of those strikes, which one; null: any. */
  readonly strike: Strike | null
  /** At which step; null: any. */
  readonly step: number | null
  readonly parts: boolean
  readonly weather: boolean
  readonly wipe: boolean
  /** Whether users give up waiting, at times. */
  readonly impatience: boolean
}

/** Users are struck at one of so many first steps of a life. */
export const stepsMax = 40

export function drawPlan(seed: number, engine: EngineName | null): Plan {
  const chance = chanceOf(seed, 'play')
  return {
    seed,
    engine: engine ?? chance.pick(engineNames),
    replicas: chance.pick([3, 3, 3, 5, 1]),
    users: chance.between(2, 6),
    faultsMs: chance.between(10_000, 40_000),
    thinkMs: chance.pick([20, 200, 1_000]),
    diskMsMax: chance.pick([2, 8, 40]),
    strikeEveryMs: chance.happens(0.7) ? chance.pick([1_000, 3_000, 8_000]) : null,
    struckLives: chance.pick([0, 0.5, 1]),
    strike: null,
    step: null,
    parts: chance.happens(0.6),
    weather: chance.happens(0.6),
    wipe: chance.happens(0.2),
    impatience: chance.happens(0.7),
  }
}

/** Nothing strikes but `strike`, once, at step `step` of the first user's first life. */
export const onlyStruck = (strike: Strike, step: number, engine: EngineName): Plan => ({
  seed: step,
  engine,
  replicas: 3,
  users: 3,
  faultsMs: 5_000,
  thinkMs: 20,
  diskMsMax: 4,
  strikeEveryMs: null,
  struckLives: 0,
  strike,
  step,
  parts: false,
  weather: false,
  wipe: false,
  impatience: false,
})
