/**
 * ZAB nodes around a table. Of voters with equal histories the one with the highest id is elected: in most scripts c leads
 * first.
 */
import { expect } from 'vitest'
import { type NodeId, nodeId, slot } from '../../../src/logic/base/ids.ts'
import { type Ballot, noBallot } from '../../../src/logic/consensus/ballot.ts'
import type { LogWrite, Recovered } from '../../../src/logic/consensus/engine.ts'
import type { MembershipChange } from '../../../src/logic/consensus/membership.ts'
import type { Message, Of } from '../../../src/logic/consensus/zab/messages.ts'
import { zab } from '../../../src/logic/consensus/zab/zab.ts'
import { ballot, emptyDisk, type Letter as LetterOf, Table as TableOf, type TableOptions } from '../table.ts'
import { showMessage } from './show.ts'

export { ballot, bytes, emptyDisk, run } from '../table.ts'

export type Letter = LetterOf<Message>

export class Table extends TableOf<Message> {
  readonly #names: readonly string[]

  constructor(founders: readonly string[], options?: TableOptions) {
    super(zab, showMessage, founders, options)
    this.#names = founders
  }

  /** Everybody begins, and a leader is elected. */
  start(lost?: (letter: Letter) => boolean): this {
    for (const name of this.#names) this.input(name)
    this.settle(lost)
    return this
  }

  /** `names` take their leader for dead; then a moment passes in which they elect another. */
  doubt(names: readonly string[], lost?: (letter: Letter) => boolean): void {
    this.say(`${names.join(' and ')} take the leader for dead`)
    for (const name of names) {
      const { leader } = this.status(name)
      if (leader !== null) this.input(name, { type: 'suspect', peer: leader })
    }
    this.pass(names, 1, lost)
  }

  /** `ticks` ticks at each of `names`; after each what is on its way is delivered. */
  pass(names: readonly string[], ticks: number, lost?: (letter: Letter) => boolean): void {
    for (let i = 0; i < ticks; i++) {
      for (const name of names) this.tick(name)
      this.settle(lost)
    }
  }

  change(name: string, type: MembershipChange['type'], node: string): void {
    this.input(name, { type: 'changeMembership', change: { type, node: id(node) } })
    this.settle()
  }

  connected(name: string, peer: string): void {
    this.input(name, { type: 'connected', peer: id(peer) })
  }

  /** What is on a node's disk: epoch and value of each slot. */
  log(name: string): string {
    const entries: string[] = []
    for (const write of this.disk(name).log) {
      if (write.type === 'truncate') entries.length = Math.min(entries.length, write.from - 1)
      else
        write.run.values.forEach((value, index) => {
          const shown = value instanceof Uint8Array ? new TextDecoder().decode(value) : value.type
          entries[write.run.firstSlot - 1 + index] = `${write.run.ballot.counter}${shown}`
        })
    }
    return entries.join(' ')
  }

  chosen(...names: readonly string[]): readonly number[] {
    return names.map(name => this.status(name).chosenThrough)
  }
}

export const id = (name: string): NodeId => nodeId(name)

export const isOf =
  (...types: readonly Message['type'][]) =>
  ({ message }: Letter) =>
    types.includes(message.type)

export const matches = (table: Table, name: string) =>
  expect(table.trace).toMatchFileSnapshot(`traces/${name}.txt`)

/** The latest letter of `type` on its way to `to`. */
export function letterOf<Type extends Message['type']>(table: Table, type: Type, to: string): Of<Type> {
  const found = table.letters.filter(letter => letter.to === to && letter.message.type === type).at(-1)
  if (found === undefined) throw new Error(`no ${type} is on its way to ${to}`)
  return found.message as Of<Type>
}

export interface Record {
  readonly accepted: Ballot
  readonly current: Ballot
  readonly chosenThrough: number
  readonly snapshotBallot: Ballot
}

/** A disk with a history, its runs as `[epoch, first slot, values ...]`, all of leader c. */
export function diskOf(
  record: Partial<Record>,
  ...runs: readonly (readonly [number, number, ...string[]])[]
): Recovered {
  const log = runs.map(([epoch, firstSlot, ...texts]): LogWrite => {
    const values = texts.map(text => new TextEncoder().encode(text))
    return { type: 'append', run: { ballot: ballot(epoch, 'c'), firstSlot: slot(firstSlot), values } }
  })
  const none = { accepted: noBallot, current: noBallot, chosenThrough: 0, snapshotBallot: noBallot }
  return { ...emptyDisk, hardState: { ...none, ...record }, log }
}

export const recordOf = (table: Table, name: string): Record => table.disk(name).hardState as Record
