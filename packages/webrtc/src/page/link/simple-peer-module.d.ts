/** The part of simple-peer that is used. Its bundle is the only entry that all bundlers take. */
declare module 'simple-peer/simplepeer.min.js' {
  class SimplePeer {
    constructor(options: {
      readonly initiator: boolean
      readonly trickle: boolean
      readonly config: RTCConfiguration
      readonly channelName: string
      readonly channelConfig: RTCDataChannelInit
    })
    /** The connection underneath; absent when it could not be made, and once destroyed. */
    readonly _pc: RTCPeerConnection | null | undefined
    readonly destroyed: boolean
    on(event: 'signal', listener: (signal: unknown) => void): this
    on(event: 'error', listener: (error: unknown) => void): this
    on(event: 'data' | 'close', listener: () => void): this
    signal(data: object): void
    destroy(): void
  }
  export = SimplePeer
}
