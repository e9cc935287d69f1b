/**
 * One play from beginning to end: users take turns with a recipe while faults strike; then all is healed, and every user has
 * to get through its turns; then all leave, and what is left is audited. The result says whether all rules held.
 */

import { KeeperError } from '../../client/error.ts'
import type { Keeper } from '../../client/keeper.ts'
import { type Chance, chanceOf } from '../../sim/chance.ts'
import { Violation } from '../../sim/violation.ts'
import { type VirtualEnsemble, virtualEnsemble } from '../virtual/ensemble.ts'
import type { Exercise, Stage, User, Workload } from './exercise.ts'
import { type Plan, stepsMax, strikes } from './plan.ts'
import { stepped } from './steps.ts'
import { Troubles, type Victim } from './troubles.ts'

/** Turns that every user has to get through when all is healed, and in how much virtual time. */
const calmTurns = 2
const progressMs = 120_000

/** When all is well news come far sooner. */
const newsMs = 1_000

/** What the auditor has. */
const auditMs = 120_000

export interface PlayResult {
  /** Null when every rule held. */
  readonly failure: { readonly check: string; readonly message: string } | null
  /** Virtual. */
  readonly endedMs: number
  /** Turns that came to their end. */
  readonly turns: number
  readonly lives: number
  readonly digest: string
  /** Empty unless asked for. */
  readonly trace: readonly string[]
}

export async function play(exercise: Exercise, plan: Plan, trace = false): Promise<PlayResult> {
  const { seed, engine, replicas, diskMsMax } = plan
  const world = await virtualEnsemble({ seed, engine, replicas, diskMsMax, trace })
  const stage = new Play(exercise, plan, world)
  const failure = await world
    .run(() => Promise.race([stage.run(), stage.failed]), { withinMs: 10 * progressMs })
    .then(
      () => null,
      (error: unknown) => {
        if (error instanceof Violation) return { check: error.check, message: error.message }
        return { check: 'error', message: error instanceof Error ? (error.stack ?? '') : String(error) }
      },
    )
  const { turns, lives } = stage
  const result = { failure, endedMs: world.now, turns, lives, digest: world.digest, trace: world.trace }
  world.close()
  return result
}

class Play implements Stage {
  readonly world: VirtualEnsemble
  /** Rejects at the first rule that is broken. */
  readonly failed: Promise<never>
  readonly #plan: Plan
  readonly #workload: Workload
  readonly #troubles: Troubles
  readonly #lives = new Set<Life>()
  readonly #turnsInCalm: number[]
  #onFailed: (error: Violation) => void = () => {}
  #isCalm = false
  #isOver = false
  turns = 0
  lives = 0

  constructor(exercise: Exercise, plan: Plan, world: VirtualEnsemble) {
    this.#plan = plan
    this.world = world
    this.failed = new Promise((_, reject) => {
      this.#onFailed = reject
    })
    this.#turnsInCalm = Array.from({ length: Math.max(plan.users, exercise.usersMin) }, () => 0)
    this.#troubles = new Troubles(plan, world, () => [...this.#lives])
    this.#workload = exercise.begin(this)
  }

  get isCalm(): boolean {
    return this.#isCalm
  }

  isAlive(session: number): boolean {
    return [...this.#lives].some(({ keeper }) => keeper?.session === session)
  }

  fail(check: string, message: string): void {
    this.#onFailed(new Violation(check, `at ${this.world.now} ms: ${message}`))
  }

  async run(): Promise<void> {
    const users = this.#turnsInCalm.map((_, number) => this.#livesOf(number))
    this.#troubles.begin()
    await this.#pause(this.#plan.faultsMs)
    await this.#troubles.heal()
    this.#isCalm = true
    const deadline = this.world.now + progressMs
    while (this.#turnsInCalm.some(turns => turns < calmTurns)) {
      if (this.world.now > deadline) return this.fail('progress', this.#laggards())
      await this.#pause(100)
    }
    await this.#findMistakes()
    this.#isOver = true
    for (const life of this.#lives) void life.keeper?.close()
    await Promise.all(users)
    await this.#audit()
  }

  /** What somebody believes for seconds that is not so. News take their time. */
  async #findMistakes(): Promise<void> {
    let mistakes = this.#workload.mistakes?.() ?? []
    for (let looks = 0; looks < 3 && mistakes.length > 0; looks++) {
      await this.#pause(newsMs)
      const still = this.#workload.mistakes?.() ?? []
      mistakes = mistakes.filter(each => still.includes(each))
    }
    if (mistakes.length > 0) this.fail('mistake', `and it is not so: ${mistakes.join()}`)
  }

  /** One life after the other, each at a device that runs. */
  async #livesOf(number: number): Promise<void> {
    const chance = chanceOf(this.#plan.seed, `user ${number}`)
    for (let first = true; !this.#isOver; first = false) {
      const { running } = this.#troubles
      const device = running.length > 0 ? chance.pick(running) : chance.below(this.#plan.replicas)
      const life = new Life(device)
      this.#lives.add(life)
      this.lives++
      await Promise.race([this.#live(life, number, chance, first), life.died])
      this.#lives.delete(life)
      await this.#pause(chance.between(10, 2_000))
    }
  }

  /** Until the session is over. */
  async #live(life: Life, number: number, chance: Chance, isFirst: boolean): Promise<void> {
    const sessionTimeoutMs = chance.pick([4_000, 6_000, 10_000])
    const keeper = await this.world.connect(life.device, { sessionTimeoutMs }).catch(() => null)
    if (keeper === null) return
    life.keeper = keeper
    const own = this.#struck(life, keeper, chance, isFirst && number === 0)
    while (!this.#isOver && !isEnded(keeper)) {
      const beganInCalm = this.#isCalm
      try {
        await this.#workload.turn(this.#user(`u${number}`, own, chance))
        this.turns++
        if (beganInCalm) this.#turnsInCalm[number] = (this.#turnsInCalm[number] ?? 0) + 1
      } catch (error) {
        if (!isExpected(error))
          this.fail('error', error instanceof Error ? (error.stack ?? '') : String(error))
      }
      await this.#pause(chance.between(1, this.#plan.thinkMs))
    }
    await keeper.close()
  }

  /** A keeper at one of whose calls something happens to its user, where the plan says so. */
  #struck(life: Life, keeper: Keeper, chance: Chance, isVeryFirst: boolean): Keeper {
    const { struckLives, strike, step } = this.#plan
    const isStruck = step === null ? !this.#isCalm && chance.happens(struckLives) : isVeryFirst
    if (!isStruck) return keeper
    const at = step ?? chance.between(1, stepsMax)
    const kind = strike ?? chance.pick(strikes)
    const delayMs = chance.between(0, 3)
    const isBefore = chance.happens(0.3)
    const happen = () => {
      if (!this.#isCalm && this.#lives.has(life)) this.#troubles.strike(kind, life)
    }
    return stepped(
      keeper,
      number => {
        if (isBefore && number === at) happen()
      },
      number => {
        if (!isBefore && number === at) this.world.at(delayMs, happen)
      },
    )
  }

  #user(name: string, keeper: Keeper, chance: Chance): User {
    const sleep = (ms: number) => new Promise<void>(resolve => void keeper.clock.after(ms, resolve))
    return { name, keeper, chance, sleep, patience: this.#patience(keeper, chance) }
  }

  #patience(keeper: Keeper, chance: Chance): User['patience'] {
    if (this.#isCalm || !this.#plan.impatience || chance.happens(0.5)) return {}
    const ms = chance.pick([5, 50, 500, 5_000])
    if (chance.happens(0.5)) return { timeoutMs: ms }
    const controller = new AbortController()
    keeper.clock.after(ms, () => controller.abort())
    return { signal: controller.signal }
  }

  async #audit(): Promise<void> {
    const audit = this.#workload.audit?.bind(this.#workload)
    if (audit === undefined) return
    const keeper = await this.world.connect(0)
    const auditor = this.#user('auditor', keeper, chanceOf(this.#plan.seed, 'audit'))
    const late = this.#pause(auditMs).then(() => this.fail('progress', 'the auditor waits'))
    await Promise.race([audit(auditor), late])
  }

  #laggards(): string {
    const waiting = this.#turnsInCalm.flatMap((turns, number) => (turns < calmTurns ? [`u${number}`] : []))
    return `${waiting.join()} waited for ${progressMs} ms, and nothing was in the way`
  }

  #pause(ms: number): Promise<void> {
    return new Promise(resolve => void this.world.clock.after(ms, resolve))
  }
}

class Life implements Victim {
  readonly device: number
  keeper: Keeper | null = null
  readonly died: Promise<void>
  die: () => void = () => {}

  constructor(device: number) {
    this.device = device
    this.died = new Promise(resolve => {
      this.die = resolve
    })
  }
}

const isEnded = ({ state }: Keeper): boolean => state === 'expired' || state === 'closed'

/** What recipes reject with where faults strike, and users give up. */
const expected: readonly string[] = ['Timeout', 'Aborted', 'Suspended', 'Lost', 'SessionExpired', 'Closed']

const isExpected = (error: unknown): boolean =>
  (error instanceof KeeperError && expected.includes(error.code)) ||
  (error instanceof DOMException && error.name === 'AbortError')
