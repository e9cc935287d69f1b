/** What befalls users and devices in a play, and how all of it is mended in the end. Chooses when and whom by the seed. */
import type { Keeper } from '../../client/keeper.ts'
import { type Chance, chanceOf } from '../../sim/chance.ts'
import { Schedule } from '../../sim/schedule.ts'
import type { VirtualEnsemble } from '../virtual/ensemble.ts'
import { type Plan, type Strike, strikes } from './plan.ts'

/** A user in one life, as it can be struck. */
export interface Victim {
  readonly device: number
  /** Null while it connects. */
  readonly keeper: Keeper | null
  /** It is gone, with its page. */
  die(): void
}

export class Troubles {
  readonly #plan: Plan
  readonly #world: VirtualEnsemble
  readonly #chance: Chance
  readonly #schedule: Schedule
  readonly #victims: () => readonly Victim[]
  /** Devices that are dead and will be started again. */
  readonly #dead = new Set<number>()
  readonly #frozenDevices = new Set<number>()
  readonly #frozenPages = new Set<Keeper>()

  constructor(plan: Plan, world: VirtualEnsemble, victims: () => readonly Victim[]) {
    this.#plan = plan
    this.#world = world
    this.#victims = victims
    this.#chance = chanceOf(plan.seed, 'troubles')
    this.#schedule = new Schedule(world.clock, this.#chance)
  }

  begin(): void {
    const { strikeEveryMs, parts, weather, wipe, faultsMs, replicas } = this.#plan
    const often = (everyMs: number, happen: () => void) => this.#schedule.again(everyMs, happen)
    if (strikeEveryMs !== null) often(strikeEveryMs, () => this.#strikeAnybody())
    if (parts && replicas > 1) often(5_000, () => this.#part())
    if (weather)
      often(4_000, () =>
        this.#world.weather({
          maxMs: this.#chance.pick([3, 20, 80]),
          loss: this.#chance.pick([0, 0.02, 0.15]),
        }),
      )
    if (wipe && replicas > 2) this.#schedule.once(this.#chance.between(0, faultsMs), () => this.#wipe())
  }

  /** Devices that run, for who looks for one. */
  get running(): readonly number[] {
    return this.#devices().filter(device => !this.#dead.has(device) && !this.#frozenDevices.has(device))
  }

  /** Everything works from now on. What strikes by itself does no more. */
  async heal(): Promise<void> {
    this.#schedule.stop()
    this.#world.heal()
    for (const device of this.#frozenDevices) this.#world.thaw(device)
    for (const keeper of this.#frozenPages) this.#world.thaw(keeper)
    for (const device of this.#dead) await this.#world.restart(device)
    this.#dead.clear()
    this.#frozenDevices.clear()
    this.#frozenPages.clear()
  }

  strike(strike: Strike, victim: Victim): void {
    const { device, keeper } = victim
    switch (strike) {
      case 'expire':
        if (keeper !== null) this.#world.expireUnheard(keeper)
        return
      case 'killPage':
        if (keeper === null) return
        this.#world.kill(keeper)
        return victim.die()
      case 'killDevice':
        return this.#kill(device)
      case 'freezePage':
        if (keeper !== null) this.#freezePage(keeper)
        return
      case 'freezeDevice':
        return this.#freezeDevice(device)
      case 'rehost':
        if (!this.#dead.has(device) && !this.#frozenDevices.has(device)) void this.#world.rehost(device)
        return
      case 'cut':
        return this.#isolate(device)
    }
  }

  #strikeAnybody(): void {
    const victims = this.#victims()
    if (victims.length > 0) this.strike(this.#chance.pick(strikes), this.#chance.pick(victims))
  }

  #kill(device: number): void {
    if (this.#dead.has(device)) return
    this.#dead.add(device)
    this.#frozenDevices.delete(device)
    this.#world.kill(device)
    for (const victim of this.#victims()) if (victim.device === device) victim.die()
    this.#schedule.once(this.#chance.wait(1_500), () => {
      if (this.#dead.delete(device)) void this.#world.restart(device)
    })
  }

  #wipe(): void {
    const { running } = this
    // One that is lost for good, while all others have what they had.
    if (running.length < this.#world.devices) return
    const device = this.#chance.pick(running)
    this.#kill(device)
    this.#world.wipe(device)
  }

  #freezePage(keeper: Keeper): void {
    this.#world.freeze(keeper)
    this.#frozenPages.add(keeper)
    this.#schedule.once(this.#chance.between(100, 15_000), () => {
      if (this.#frozenPages.delete(keeper)) this.#world.thaw(keeper)
    })
  }

  #freezeDevice(device: number): void {
    if (this.#dead.has(device) || this.#frozenDevices.has(device)) return
    this.#world.freeze(device)
    this.#frozenDevices.add(device)
    this.#schedule.once(this.#chance.between(100, 12_000), () => {
      if (this.#frozenDevices.delete(device)) this.#world.thaw(device)
    })
  }

  #isolate(device: number): void {
    this.#world.partition(
      [device],
      this.#devices().filter(other => other !== device),
    )
    this.#mendLater()
  }

  #part(): void {
    const half = this.#devices().filter(() => this.#chance.happens(0.5))
    const others = this.#devices().filter(device => !half.includes(device))
    if (this.#chance.happens(0.7)) this.#world.partition(half, others)
    else for (const a of half) for (const b of others) this.#world.cut(a, b)
    this.#mendLater()
  }

  #mendLater(): void {
    this.#schedule.once(this.#chance.between(200, 8_000), () => this.#world.heal())
  }

  #devices(): readonly number[] {
    return Array.from({ length: this.#world.devices }, (_, index) => index)
  }
}
