/** Multi-Paxos nodes around a table. */
import type { Message } from '../../../src/logic/consensus/multi-paxos/messages.ts'
import { multiPaxos } from '../../../src/logic/consensus/multi-paxos/multi-paxos.ts'
import { type Letter as LetterOf, Table as TableOf, type TableOptions } from '../table.ts'
import { showMessage } from './show.ts'

export { ballot, bytes, emptyDisk, run } from '../table.ts'

export type Letter = LetterOf<Message>

export class Table extends TableOf<Message> {
  constructor(founders: readonly string[], options?: TableOptions) {
    super(multiPaxos, showMessage, founders, options)
  }
}
