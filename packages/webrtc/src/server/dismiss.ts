/** How the server ends a socket: with a code and words that say why, counted. */
import type { WebSocket } from 'ws'
import { type CloseReason, closeCodes } from '../wire/server-protocol.ts'
import type { Tally } from './tally.ts'

const closeTexts: Readonly<Record<CloseReason, string>> = {
  malformed: 'not a message of this protocol',
  outOfTurn: 'join first, and once; one question at a time',
  joinTimeout: 'did not join in time',
  roomFull: 'the room is full',
  tooManyRooms: 'the server has no room left',
  tooManySockets: 'the server has too many clients',
  tooManyMessages: 'too many messages or bytes a second',
  replaced: 'the same instance joined again',
  unauthorized: 'the token is missing or wrong',
  originRefused: 'pages of this origin may not use the server',
  tooManyFromAddress: 'too many sockets from this address',
  foundingsFull: 'the server cannot keep another founding',
  tooManyFoundings: 'too many foundings from this address; wait',
  taken: "the instance is somebody else's",
  notDurable: 'the server cannot write its foundings',
}

/** Ends `socket` with the code and text of `reason`. A client that does not answer is cut by ws. */
export function dismiss(socket: WebSocket, reason: CloseReason, tally: Tally): void {
  tally.dismissed[reason] += 1
  socket.close(closeCodes[reason], closeTexts[reason])
}
