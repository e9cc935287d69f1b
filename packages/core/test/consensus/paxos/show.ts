/** Messages of leaderless Paxos as traces show them. */
import { showBallot } from '../../../src/logic/consensus/ballot.ts'
import type { BallotRange } from '../../../src/logic/consensus/paxos/ballot-ranges.ts'
import { chosenBallot } from '../../../src/logic/consensus/paxos/core.ts'
import type { Message } from '../../../src/logic/consensus/paxos/messages.ts'
import type { Run } from '../../../src/logic/consensus/value.ts'
import { showRun, showValue } from '../show.ts'

/** What is known as chosen stands under a ballot of its own. */
export const readable = (text: string): string => text.replaceAll(showBallot(chosenBallot), 'chosen')

const showRange = ({ first, last, ballot }: BallotRange): string =>
  `${first}..${last} at ${showBallot(ballot)}`

const showRuns = (runs: readonly Run[]): string => `[${runs.map(showRun).join('; ')}]`

export function showMessage(message: Message): string {
  const { type } = message
  switch (type) {
    case 'prepare':
    case 'accepted':
    case 'chosen':
      return `${type} ${showBallot(message.ballot)} in ${message.first}..${message.last}`
    case 'promise':
      return `${type} ${showBallot(message.ballot)} in ${message.first}..${message.last} ${showRuns(message.runs)}`
    case 'accept':
      return `${type} ${showRun(message.run)}`
    case 'refused':
      return `${type} ${showBallot(message.ballot)} for ${message.conflicts.map(showRange).join('; ')}`
    case 'learn':
      return `${type} from ${message.from}`
    case 'learned':
      return `${type} from ${message.firstSlot}: ${message.values.map(showValue).join(' ')}, knows ${message.chosenThrough}`
    case 'readAsk':
      return `${type} ${showBallot(message.round)}`
    case 'readAt':
      return `${type} ${showBallot(message.round)} through ${message.through}`
    case 'heartbeat':
      return `${type} knows ${message.chosenThrough}, hears ${message.hears.join()}`
    case 'snapshotOffer':
      return `${type} of ${message.name.through}`
    case 'snapshotAsk':
    case 'snapshotPiece':
      return `${type} of ${message.name.through} from byte ${message.offset}`
  }
}
