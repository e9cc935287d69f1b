/**
 * Where each life of a replica was given a state instead of the slots that lead to it: of what happened in between it
 * can tell its watchers no more than how the two states differ. Knows nothing of watches.
 */
import { type NodeId, noSlot, type Slot, slotAfter } from '../../logic/base/ids.ts'
import type { Recovered } from '../../logic/consensus/engine.ts'
import type { Step } from '../../logic/replica/step.ts'
import type { Observer, Running } from '../observer.ts'

/** One life of a replica. */
export interface Life {
  readonly node: NodeId
  readonly incarnation: number
}

/** Of the slots after `from` up to `through` nothing was applied, but the state of `through` was taken. */
export interface Jump {
  readonly from: Slot
  readonly through: Slot
}

interface Applied {
  through: Slot
  readonly jumps: Jump[]
}

export class Jumps implements Observer {
  readonly #lives = new Map<string, Applied>()

  started({ id, incarnation }: Running, _recovered: Recovered): void {
    this.#lives.set(nameOf({ node: id, incarnation }), { through: noSlot, jumps: [] })
  }

  stepped({ id, incarnation, machine }: Running, { decided }: Step): void {
    const applied = this.#lives.get(nameOf({ node: id, incarnation }))
    if (applied === undefined) return
    const installed = slotAfter(machine.appliedThrough, -decided.length)
    if (installed > applied.through) applied.jumps.push({ from: applied.through, through: installed })
    applied.through = machine.appliedThrough
  }

  /** In the order in which they happened. */
  of(life: Life): readonly Jump[] {
    return this.#lives.get(nameOf(life))?.jumps ?? []
  }
}

const nameOf = ({ node, incarnation }: Life): string => `${node} ${incarnation}`
