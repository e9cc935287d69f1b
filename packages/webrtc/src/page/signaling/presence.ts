/**
 * What peers tell each other where no server does it for them: who is there, who goes, and signals. The same on the channel of
 * a profile's tabs and on those that were opened by hand.
 */
import { isId } from '@peerkeeper/core/transport'
import { isRecord, isText } from '../../wire/guards.ts'
import { signalTextMax } from '../../wire/limits.ts'
import type { Peer } from './contract.ts'
import { parsePeer } from './peer.ts'

export type PresenceMessage =
  /** Just joined: whoever hears it says `here`. */
  | { readonly type: 'hello'; readonly from: Peer }
  /** `hops`: how many pass it on for `from`; 0 where it is the sender itself. */
  | { readonly type: 'here'; readonly from: Peer; readonly hops: number }
  | { readonly type: 'bye'; readonly from: Peer }
  | {
      readonly type: 'signal'
      readonly from: Peer
      readonly to: string
      readonly data: string
      /** How many passed it on. */
      readonly hops: number
    }

/** Undefined where `value` is no such message. */
export function parsePresence(value: unknown): PresenceMessage | undefined {
  if (!isRecord(value)) return undefined
  const { type, from: sender, to, data, hops = 0 } = value
  const from = parsePeer(sender)
  if (from === undefined || typeof hops !== 'number' || !Number.isSafeInteger(hops) || hops < 0)
    return undefined
  switch (type) {
    case 'hello':
    case 'bye':
      return { type, from }
    case 'here':
      return { type, from, hops }
    case 'signal':
      return isId(to) && isText(data, signalTextMax) ? { type, from, to, data, hops } : undefined
    default:
      return undefined
  }
}
