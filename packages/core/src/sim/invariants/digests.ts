/** Replicas that applied the same slots hold the same state, at every slot at which a step ended. */
import type { Slot } from '../../logic/base/ids.ts'
import type { Step } from '../../logic/replica/step.ts'
import type { Observer, Running } from '../observer.ts'
import { require } from '../violation.ts'

export class Digests implements Observer {
  readonly #digests = new Map<Slot, number>()

  stepped({ id, machine }: Running, step: Step): void {
    if (step.decided.length === 0) return
    const at = machine.appliedThrough
    const digest = machine.digest()
    const known = this.#digests.get(at) ?? digest
    this.#digests.set(at, known)
    require(known === digest, 'digest', () => `at slot ${at} ${id} holds ${digest}, others held ${known}`)
  }
}
