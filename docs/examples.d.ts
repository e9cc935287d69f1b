/** What the examples in the documents take as given: the app around them. */

import type { ConnectOptions, EnsembleId, Keeper as KeeperOfCore } from '@peerkeeper/core'
import type { Signaling } from '@peerkeeper/webrtc'
import type { useEffect as useEffectOfReact } from 'react'

type Action = (...given: readonly unknown[]) => Promise<void>
type Change = (data: Uint8Array) => string

declare global {
  type Keeper = KeeperOfCore
  let keeper: Keeper
  const otherKeeper: Keeper
  const options: ConnectOptions
  const room: string
  const ensemble: EnsembleId
  const code: string
  const token: string
  const useEffect: typeof useEffectOfReact
  const signaling: Signaling
  const iceServers: readonly RTCIceServer[]
  const page: AbortController
  function ask(message: string): void
  function show(what: unknown): void
  function warn(text: string): void
  function hide(): void
  function invite(ensemble: EnsembleId): void
  const saveToServer: Action
  const syncOutbox: Action
  const writeToServer: Action
  const isFree: (seat: string) => Promise<boolean>
  const book: Action
  const draw: Action
  const remind: Action
  const call: Action
  const work: Action
  const apply: Action
  const play: Action
  const finishSoon: Action
  const transfer: Action
  const attend: Action
  const withDarkMode: Change
  const edit: Action
}
