/** Nodes of leaderless Paxos around a table. Traces leave heartbeats out. */
import type { Message } from '../../../src/logic/consensus/paxos/messages.ts'
import { paxos } from '../../../src/logic/consensus/paxos/paxos.ts'
import { type Letter as LetterOf, Table as TableOf, type TableOptions } from '../table.ts'
import { readable, showMessage } from './show.ts'

export { ballot, bytes, emptyDisk, run } from '../table.ts'

export type Letter = LetterOf<Message>

export class Table extends TableOf<Message> {
  constructor(founders: readonly string[], options?: TableOptions) {
    super(paxos, showMessage, founders, options)
  }

  override get trace(): string {
    const lines = super.trace.split('\n').filter(line => !line.includes('heartbeat'))
    return readable(lines.join('\n'))
  }

  /** Everybody shows itself to everybody, twice, so that each knows who hears it. */
  meet(...names: readonly string[]): void {
    for (let i = 0; i < 4; i++)
      for (const name of names) {
        this.tick(name)
        this.settle()
      }
  }
}

/** A table at which the first slot is chosen and everybody can propose. */
export function met(...founders: readonly string[]): Table {
  const table = new Table(founders)
  table.meet(...founders)
  return table
}

/** The same, and d has joined nothing yet. */
export function metWithJoiner(): Table {
  const table = new Table(['a', 'b', 'c'], { joiners: ['d'] })
  table.meet('a', 'b', 'c')
  return table
}

export const isOf =
  (...types: readonly Message['type'][]) =>
  ({ message }: Letter): boolean =>
    types.includes(message.type)
