/**
 * Log matching: a slot and the ballot that its entry was made in name one value, with one entry before it, at whatever replica, and
 * ballots never fall along a log. For engines whose logs are made equal to a leader's. Does not know what is chosen by what.
 *
 * Source: Ongaro and Ousterhout 2014, section 5.3; Junqueira, Reed and Serafini 2011, section 3.
 */
import { type NodeId, type Slot, slotAfter } from '../../logic/base/ids.ts'
import { type Ballot, compareBallots, showBallot } from '../../logic/consensus/ballot.ts'
import type { Run } from '../../logic/consensus/value.ts'
import { require } from '../violation.ts'
import type { LogMirror } from './log-mirror.ts'
import { ballotKey } from './value-key.ts'

export class LogEntries {
  readonly #word: 'term' | 'epoch'
  readonly #chosenIn: ReadonlyMap<Slot, Ballot>
  /** What the first log that had it showed, by slot and ballot. */
  readonly #seen = new Map<string, string>()

  /** `word`: what the engine calls the counter of a ballot. `chosenIn`: as it becomes known. */
  constructor(word: 'term' | 'epoch', chosenIn: ReadonlyMap<Slot, Ballot>) {
    this.#word = word
    this.#chosenIn = chosenIn
  }

  /** `node` appended `run` to `log`, which a snapshot covers through `covered`; `check` looks at each slot besides. */
  append(
    node: NodeId,
    log: LogMirror,
    { ballot, firstSlot, values }: Run,
    covered: Slot,
    check: (at: Slot) => void = () => undefined,
  ): void {
    // A gathered write may hold a snapshot, what came behind it, and a later snapshot in place of the first.
    const isNext =
      firstSlot === slotAfter(log.last) || (firstSlot > log.last && firstSlot <= slotAfter(covered))
    require(isNext, 'log-hole', () => `${node} put slot ${firstSlot} after ${log.last}`)
    values.forEach((value, index) => {
      const at = slotAfter(firstSlot, index)
      const before = log.at(slotAfter(at, -1))?.ballot ?? this.#chosenIn.get(slotAfter(at, -1))
      const { key } = log.append(at, ballot, value)
      require(before === undefined || compareBallots(before, ballot) <= 0, `${this.#word}s-fall`, () =>
        `${node} put slot ${at} of ${showBallot(ballot)} behind one of a later ${this.#word}`)
      const name = `${at} ${ballotKey(ballot)}`
      const seen = `${key} after ${before === undefined ? 'nothing' : showBallot(before)}`
      const first = this.#seen.get(name) ?? seen
      this.#seen.set(name, first)
      require(first === seen, 'log-matching', () =>
        `slot and ${this.#word} ${name} hold ${first} and, at ${node}, ${seen}`)
      check(at)
    })
  }
}
