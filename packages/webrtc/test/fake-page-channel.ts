/** The channels of an attempt in memory: used in the page, or handed over to a worker that a test plays. */
import { type FakeChannel, fakeChannel } from '../../core/test/host/fake-channel.ts'
import type { PageChannel } from '../src/page/link/dial.ts'

export type FakePageChannel = FakeChannel & PageChannel

/** A fake channel that can be handed over; what arrives in its place is a buffer. */
export const fakePageChannel = (isInstant: boolean): FakePageChannel =>
  Object.defineProperty(fakeChannel(isInstant), 'transferable', {
    value: new ArrayBuffer(1),
  }) as FakePageChannel

export interface FakeChannels {
  readonly control: FakePageChannel
  readonly bulk: FakePageChannel
  readonly ownWords: FakePageChannel
  readonly peerWords: FakePageChannel
}

export const fakeChannels = (isInstant: boolean): FakeChannels => ({
  control: fakePageChannel(isInstant),
  bulk: fakePageChannel(isInstant),
  ownWords: fakePageChannel(isInstant),
  peerWords: fakePageChannel(isInstant),
})

/** Joins the channels of two attempts, and opens them. */
export function joinChannels(one: FakeChannels, two: FakeChannels): void {
  one.control.plug(two.control)
  one.bulk.plug(two.bulk)
  one.ownWords.plug(two.peerWords)
  one.peerWords.plug(two.ownWords)
  for (const { control, bulk, ownWords, peerWords } of [one, two])
    for (const channel of [control, bulk, ownWords, peerWords]) channel.open()
}
