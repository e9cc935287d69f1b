/** Messages of Multi-Paxos as traces show them. */
import { showBallot } from '../../../src/logic/consensus/ballot.ts'
import type { Message } from '../../../src/logic/consensus/multi-paxos/messages.ts'
import { showRun } from '../show.ts'

export function showMessage(message: Message): string {
  const { type } = message
  switch (type) {
    case 'poll':
    case 'campaign':
      return `${type} ${showBallot(message.ballot)}`
    case 'pollReply':
      return `${type} ${showBallot(message.ballot)} ${message.granted ? 'yes' : 'no'}, knows ${showBallot(message.promised)}`
    case 'prepare':
      return `${type} ${showBallot(message.ballot)} from ${message.from}`
    case 'promise':
      return `${type} ${showBallot(message.ballot)} ${message.from}..${message.through}${message.complete ? '' : '+'} [${message.runs.map(showRun).join('; ')}]`
    case 'accept':
      return `${type} ${showRun(message.run)}, chosen ${message.chosenThrough}`
    case 'accepted':
      return `${type} ${showBallot(message.ballot)} through ${message.through}, round ${message.round}`
    case 'chosen':
      return `${type} ${showBallot(message.ballot)} through ${message.chosenThrough}`
    case 'heartbeat':
      return `${type} ${showBallot(message.ballot)} round ${message.round}, chosen ${message.chosenThrough}`
    case 'refused':
      return `${type}, promised ${showBallot(message.promised)}`
    case 'read':
      return type
    case 'readReply':
      return `${type} at ${message.slot}`
    case 'snapshotOffer':
      return `${type} of ${message.name.through}`
    case 'snapshotAsk':
    case 'snapshotPiece':
      return `${type} of ${message.name.through} from byte ${message.offset}`
  }
}
