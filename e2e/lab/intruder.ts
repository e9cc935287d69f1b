/**
 * A page that joins a room's mesh without being a replica: the transport is the real one, but the worker behind it is this
 * page, which sends what no replica would.
 */
import { broadcastSignaling, webrtc } from '@peerkeeper/webrtc'

export interface Intruder {
  /** The nodes it is connected to. */
  readonly up: readonly string[]
  send(peer: string, bytes: Uint8Array): void
  close(): void
}

export interface IntruderOptions {
  readonly room: string
  readonly node: string
  /** What it claims to be a member of: only those of the same ensemble connect. */
  readonly ensemble: string
}

export function intrude({ room, node, ensemble }: IntruderOptions): Intruder {
  const transport = webrtc({ signaling: broadcastSignaling({ room }) })
  const { port1, port2 } = new MessageChannel()
  const up: string[] = []
  port2.onmessage = ({ data }: MessageEvent<{ readonly type: string; readonly peer: string }>) => {
    if (data.type === 'up') up.push(data.peer)
  }
  transport.attach(port1)
  port2.postMessage({ type: 'start', node, ensemble })
  return {
    up,
    send: (peer, bytes) => port2.postMessage({ type: 'send', peer, lane: 'control', bytes }),
    close: () => transport.close(),
  }
}

/** What an envelope says that was made by hand: anything, in the order of the real one. */
export interface Forged {
  readonly version: number
  readonly ensemble: string
  readonly engine: string
  readonly from: string
  readonly to: string
}

/** An envelope without messages in MessagePack, byte by byte: an array of six, the last one an empty array. */
export function forge({ version, ensemble, engine, from, to }: Forged): Uint8Array {
  const text = (value: string) => {
    const bytes = new TextEncoder().encode(value)
    return [0xd9, bytes.length, ...bytes]
  }
  return Uint8Array.from([0x96, version, ...[ensemble, engine, from, to].flatMap(text), 0x90])
}
