/** Messages of ZAB as traces show them. */
import { showBallot } from '../../../src/logic/consensus/ballot.ts'
import type { Message, Place, Report } from '../../../src/logic/consensus/zab/messages.ts'
import { showRun, showValue } from '../show.ts'

const showPlace = ({ slot, ballot }: Place): string => `${slot} of ${showBallot(ballot)}`

const showReport = ({ current, last, chosenThrough, ends, memberships }: Report): string =>
  `of ${showBallot(current)} ends with ${showPlace(last)}, chosen ${chosenThrough}` +
  `${ends.length > 1 ? `, over ${ends.map(showPlace).join(', ')}` : ''}` +
  `${memberships.length > 1 ? `, ${memberships.map(({ membership }) => showValue({ type: 'membership', membership })).join(' ')}` : ''}`

/** Sessions are left out: they are drawn. */
export function showMessage(message: Message): string {
  const { type } = message
  switch (type) {
    case 'notification': {
      const { round, state, vote, credentials, able, hears } = message
      const flags = `${able ? ', able' : ''}${hears ? ', hears' : ''}`
      return `${state} in round ${round}, for ${vote ?? 'nobody'}${flags}, has ${showPlace(credentials.last)}`
    }
    case 'followerInfo':
    case 'refused':
      return `${type}, accepted ${showBallot(message.accepted)}`
    case 'newEpoch':
    case 'alive':
      return `${type} ${showBallot(message.ballot)}`
    case 'ackEpoch':
    case 'fetch':
      return `${type} ${showBallot(message.ballot)} page ${message.page}: ${showReport(message.report)}`
    case 'history':
    case 'sync': {
      const { ballot, page, keepThrough, runs, through } = message
      return `${type} ${showBallot(ballot)} page ${page}: keep ${keepThrough} [${runs.map(showRun).join('; ')}] of ${through}`
    }
    case 'newLeader':
      return `${type} ${showBallot(message.ballot)} through ${message.through}`
    case 'ack': {
      const { ballot, through, round, missing } = message
      return `${type} ${showBallot(ballot)} through ${through}, round ${round}${missing ? ', misses some' : ''}`
    }
    case 'propose':
      return `${type} ${showRun(message.run)}, chosen ${message.chosenThrough}`
    case 'inform':
      return `${type} ${showRun(message.run)}`
    case 'commit':
      return `${type} ${showBallot(message.ballot)} through ${message.chosenThrough}`
    case 'ping': {
      const { ballot, chosenThrough, round, upToDate } = message
      return `${type} ${showBallot(ballot)} round ${round}, chosen ${chosenThrough}${upToDate ? ', up to date' : ''}`
    }
    case 'handOver':
      return `${type} ${showBallot(message.ballot)} to ${message.to}`
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
