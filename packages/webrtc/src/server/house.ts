/** What all sockets of one server share. */
import type { Desk } from './foundings/desk.ts'
import type { SignalingLimits } from './limits.ts'
import type { Rooms } from './rooms.ts'
import type { Tally } from './tally.ts'

export interface House {
  readonly limits: SignalingLimits
  readonly rooms: Rooms
  readonly desk: Desk
  readonly tally: Tally
  /** Whether binary messages are brought from client to client. */
  readonly relays: boolean
  /** Whether a client that sent this token, or none, may use the server. */
  readonly mayEnter: (token: string | undefined) => boolean
}
