/**
 * What only those links need whose frames pass this page: lanes that hand nothing over, and the relay, whose lanes are such. Loaded when
 * one needs it: where WebRTC finds no path, and where the browser hands no channel to a worker.
 */
import { type Channel, createBundle } from '@peerkeeper/core/transport'
import type { RelaySignal } from '../../wire/link-signal.ts'
import type { Means } from './connection.ts'
import type { LanesHere, LaneWorld } from './lanes.ts'
import { type RelayDialOptions, relayDial } from './relay/relay-dial.ts'

/** Lanes that run in this page. */
export const lanesInPage =
  ({ timers, afterTask }: LaneWorld): LanesHere =>
  ({ control, bulk, peerWords }, _, events) =>
    createBundle({ channels: { control, bulk, peerWords }, timers, afterTask }, events)

/** All that attempts by the relay need. */
export const relayMeans = (world: LaneWorld, options: RelayDialOptions): Means<RelaySignal, Channel> => ({
  dial: relayDial(options),
  openLanes: lanesInPage(world),
})
