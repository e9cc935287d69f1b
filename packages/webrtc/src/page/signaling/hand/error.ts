/** Why devices do not meet: what a person can be told, and a program can tell apart. */
import type { HandOutcome } from './meetings.ts'

export type HandErrorCode = keyof typeof messages

const messages = {
  NotACode: 'this is no code',
  OtherVersion: 'this code is of another version of the library: both devices need the same',
  Damaged: 'this code is not complete, or has a wrong letter: copy it once more',
  NotAnInvite: 'this is an answer; an invite is needed here',
  NotAnAnswer: 'this is an invite; the answer to it is needed here',
  Expired: 'this code has expired: make a new invite',
  OwnCode: 'this code is from this device: it is for the other one',
  UsedAlready: 'this code was used already: make a new invite',
  Unknown:
    'this answer is to an invite that is not open here: this page was loaded anew, or another one made it',
  NoWebRtc: 'there is no WebRTC here, which devices connect by',
  NoAddress: 'this device found no address of its own under which another could reach it',
  NotConnected: 'the devices did not reach each other: they may be in networks that do not let them',
  Cancelled: 'given up',
  TooMany: 'too many invites and devices at once: close some first',
  BadData: 'an invite carries up to 128 printable characters of ASCII',
} as const

/** What `invite`, `accept` and `complete` reject with, and `readInvite` throws. */
export class HandError extends Error {
  override readonly name = 'HandError'
  readonly code: HandErrorCode

  constructor(code: HandErrorCode, cause?: unknown) {
    super(messages[code], cause === undefined ? {} : { cause })
    this.code = code
  }
}

/** What became of a meeting that came to nothing. */
export const errorOf: Readonly<Record<Exclude<HandOutcome, 'open'>, HandErrorCode>> = {
  expired: 'Expired',
  failed: 'NotConnected',
  cancelled: 'Cancelled',
}
