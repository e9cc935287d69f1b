/** What tests and benchmarks drive in a page: the packages' doors, and nothing else. */
import { connect, type Keeper, KeeperError } from '@peerkeeper/core'
import { broadcastSignaling, webrtc, webSocketSignaling } from '@peerkeeper/webrtc'

const lab = { connect, KeeperError, broadcastSignaling, webrtc, webSocketSignaling, keeper: null as Keeper | null }

declare global {
  interface Window {
    lab: typeof lab
  }
}

window.lab = lab
