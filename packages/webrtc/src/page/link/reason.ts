/** Why a link is not up, or ended: for programs as a code, for people as a sentence. */

export type ReasonCode =
  /** A connection that stood, or its channels, ended: the peer closed it, broke a rule, or the browser gave it up. */
  | 'Closed'
  /** A connection stood, and nothing was heard over it any more. */
  | 'PathLost'
  /** The peer says that its end is no more. */
  | 'PeerLost'
  /** The peer began a new attempt. */
  | 'PeerRedialed'
  /** The peer came back as another tab. */
  | 'PeerReturned'
  /** This browser, or the peer (as in Node), makes no connections by WebRTC. */
  | 'NoWebRtc'
  /** A part of the app that this way needs could not be loaded: the page is offline, or its files are others by now. */
  | 'NotLoaded'
  /** The peer did not answer the offer, or never made one: signaling lost it, or the peer is gone. */
  | 'NoAnswer'
  /** One side has no address that may be used: it is offline, or may use only a TURN server and has none. */
  | 'NoAddress'
  /** Both sides tried the addresses of their own networks, and no STUN or TURN server was given. */
  | 'NoServers'
  /** The STUN servers did not answer, as where UDP is blocked, and no TURN server was given. */
  | 'StunSilent'
  /** The TURN servers did not answer. */
  | 'TurnSilent'
  /** A TURN server answered and refused: wrong or expired credentials, or no room. */
  | 'TurnRefused'
  /** Everything was tried, and no path works. */
  | 'NoPath'
  /** There is a path, and still no connection in time. */
  | 'Timeout'

export interface Reason {
  readonly code: ReasonCode
  readonly text: string
}
