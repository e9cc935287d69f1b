/**
 * What recipes are put through: users who take turns with one, on a stage where faults strike, and what must hold of all that
 * they saw. The words of exercises/; who plays them is play.ts.
 */
import type { CallOptions } from '../../client/calls.ts'
import type { Keeper } from '../../client/keeper.ts'
import type { Chance } from '../../sim/chance.ts'
import type { VirtualEnsemble } from '../virtual/ensemble.ts'

/** One user in one life: a page with a session. */
export interface User {
  /** The same in all lives. */
  readonly name: string
  readonly keeper: Keeper
  readonly chance: Chance
  /** By the page's clock: one that is frozen oversleeps, one that is dead does not wake. */
  sleep(ms: number): Promise<void>
  /** How long this turn waits for anything: a limit, a signal that is aborted some time, or, as always in the end, neither. */
  readonly patience: CallOptions
}

export interface Stage {
  readonly world: VirtualEnsemble
  /** All is healed, and nothing strikes any more. */
  readonly isCalm: boolean
  /** Whether the page with this session lives. */
  isAlive(session: number): boolean
  /** A rule is broken: the play is over. */
  fail(check: string, message: string): void
}

/** What users do with a recipe. */
export interface Workload {
  /** One turn of one user. Rejects as the recipe does. */
  turn(user: User): Promise<void>
  /** All has been calm for a while: what users believe has to be true. Asked more than once. */
  mistakes?(): readonly string[]
  /** All but `auditor` are gone, and nothing is in its way. */
  audit?(auditor: User): Promise<void>
}

export interface Exercise {
  readonly name: string
  /** How many users there are at least. */
  readonly usersMin: number
  begin(stage: Stage): Workload
}
