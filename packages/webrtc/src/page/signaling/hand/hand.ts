/**
 * Signaling without any server: two people bring an invite's code to the other device and an answer's code back, in whatever way
 * they trust, and a connection opens over which the devices tell each other who is there and exchange signals, like over any
 * other way. The connection stays for as long as this signaling: there is no other way to be introduced again. Who met several
 * introduces them to each other (hub.ts).
 */
import { encodeHandCode, type HandCode, isHandData, parseHandCode } from '../../../wire/hand/code.ts'
import { readSession, type SessionEssentials } from '../../../wire/hand/session.ts'
import { connectTimeoutMs, handClockSkewMs, handInviteMs, handInviteMsMax } from '../../../wire/limits.ts'
import type { Timers } from '../../../wire/timers.ts'
import { pageTimers, randomId } from '../../timers.ts'
import type { Signaling } from '../contract.ts'
import { errorOf, HandError } from './error.ts'
import { createHub } from './hub.ts'
import { type Line, type OpenLine, webRtcLines } from './line.ts'
import { createMeetings, type HandOutcome, type Meeting, type Met } from './meetings.ts'
import { createReader, neighbourOver } from './neighbour.ts'

export interface HandSignalingOptions {
  /** STUN and TURN servers, as `webrtc` takes them. Default none: devices on one network. */
  readonly iceServers?: readonly RTCIceServer[]
  /** Told how many devices that were met by hand are connected, whenever that changes. */
  readonly onDevices?: (devices: number) => void
  /** Default: the page's own. */
  readonly timers?: Timers
  /** Opens a connection. Default: the browser's WebRTC. */
  readonly openLine?: OpenLine
  /** The wall clock, for what stands in codes. Default Date.now. */
  readonly now?: () => number
}

export interface InviteOptions {
  /** What the app says with it, which ensemble it is about say: up to 128 printable characters of ASCII. Whoever sees the code can read it. */
  readonly data?: string
  /** For how long it is good, in milliseconds. Default 10 minutes, at most an hour. */
  readonly timeoutMs?: number
  /** Gives it up. */
  readonly signal?: AbortSignal
}

/** What an invite says to the one who gets it. */
export interface Invite {
  readonly data: string
  /** Milliseconds since 1970, by the clock of the device that made it. */
  readonly expiresAtMs: number
}

export interface HandMeeting extends Invite {
  /** For the other device: 100 to 400 letters, digits, `_` and `-`. */
  readonly code: string
  /** What became of it. Never rejects; settles at the latest when the invite has expired. */
  readonly outcome: Promise<HandOutcome>
  /** Gives it up and closes its connection, unless that is open. */
  cancel(): void
}

export interface HandSignaling extends Signaling {
  /** How many devices that were met by hand are connected. */
  readonly devices: number
  /** Makes an invite for one other device. Works also before `join`. Rejects with a HandError, or with the signal's reason. */
  invite(options?: InviteOptions): Promise<HandMeeting>
  /**
   * Makes the answer to another device's invite. `text` is the code, or ends with it. Works also before `join`. Rejects with a
   * HandError, or with the signal's reason.
   */
  accept(text: string, options?: { readonly signal?: AbortSignal }): Promise<HandMeeting>
  /** Takes the answer to an invite of this device. Resolves when the two are connected; rejects with a HandError. */
  complete(text: string): Promise<void>
}

/** What the invite in `text` says. Throws a HandError when there is none that could be accepted. */
export function readInvite(text: string, now: () => number = Date.now): Invite {
  const { data, expiresAtMs } = inviteIn(text, now)
  return { data, expiresAtMs }
}

export function handSignaling(options: HandSignalingOptions = {}): HandSignaling {
  const { timers = pageTimers, now = Date.now, onDevices = () => {} } = options
  const openLine = options.openLine ?? webRtcLines(options.iceServers ?? [], timers)
  const hub = createHub()
  const lines = new Set<Line>()
  const meetings = createMeetings({ timers, openLine, met, standing: () => lines.size })
  let isOver = false

  function met(line: Line): Met {
    const neighbour = neighbourOver(line)
    const read = createReader(() => performance.now())
    const ended = () => {
      if (!lines.delete(line)) return
      hub.ended(neighbour)
      onDevices(lines.size)
    }
    lines.add(line)
    hub.opened(neighbour)
    onDevices(lines.size)
    return {
      text(text) {
        const message = read(text)
        if (message === undefined || !lines.has(line)) return
        if (message !== 'flood') return hub.heard(neighbour, message)
        line.close()
        ended()
      },
      ended,
    }
  }

  /** Begins a meeting whose code is made of what `describe` answers. */
  async function arrange(
    id: string,
    {
      side,
      waitMs,
      signal,
    }: { readonly side: Meeting['side']; readonly waitMs: number; readonly signal: AbortSignal | undefined },
    describe: (line: Line) => Promise<string>,
    code: (session: SessionEssentials) => HandCode,
  ): Promise<Pick<HandMeeting, 'code' | 'outcome' | 'cancel'>> {
    signal?.throwIfAborted()
    if (isOver) throw new HandError('Cancelled')
    const meeting = meetings.begin(id, side)
    const cancel = () => meeting.end('cancelled')
    signal?.addEventListener('abort', cancel)
    void meeting.outcome.then(() => signal?.removeEventListener('abort', cancel))
    meeting.endAfter(waitMs, 'expired')
    const sdp = await describe(meeting.line).catch((error: unknown) => error)
    signal?.throwIfAborted()
    const session = typeof sdp === 'string' ? readSession(sdp) : undefined
    if (session === undefined) meeting.end('failed')
    if (meeting.ended === 'cancelled' || meeting.ended === 'expired')
      throw new HandError(errorOf[meeting.ended])
    if (session === undefined) throw new HandError(typeof sdp === 'string' ? 'NoAddress' : 'NoWebRtc', sdp)
    return { code: encodeHandCode(code(session)), outcome: meeting.outcome, cancel }
  }

  return {
    get devices() {
      return lines.size
    },
    join(self, sink) {
      if (!isOver)
        hub.join(self, event => {
          if (!isOver) sink(event)
        })
    },
    send(instance, data) {
      if (!isOver) hub.send(instance, data)
    },
    leave() {
      if (isOver) return
      isOver = true
      meetings.cancel()
      for (const line of lines) line.close()
      lines.clear()
    },
    async invite({ data = '', timeoutMs = handInviteMs, signal } = {}) {
      if (!isHandData(data)) throw new HandError('BadData')
      const waitMs = Math.min(timeoutMs, handInviteMsMax)
      const id = randomId().slice(0, 16)
      const expiresAtMs = now() + waitMs
      const arranged = await arrange(
        id,
        { side: 'invite', waitMs, signal },
        line => line.offer(),
        session => ({ type: 'invite', id, expiresAtMs, data, session }),
      )
      return { ...arranged, data, expiresAtMs }
    },
    async accept(text, { signal } = {}) {
      const { id, data, expiresAtMs, session } = inviteIn(text, now)
      const known = meetings.find(id)
      if (known !== undefined) throw new HandError(known.side === 'invite' ? 'OwnCode' : 'UsedAlready')
      const waitMs = Math.min(expiresAtMs + handClockSkewMs - now(), handInviteMsMax + handClockSkewMs)
      const arranged = await arrange(
        id,
        { side: 'answer', waitMs, signal },
        line => line.answer(session),
        answer => ({ type: 'answer', id, session: answer }),
      )
      return { ...arranged, data, expiresAtMs }
    },
    async complete(text) {
      const { id, session } = answerIn(text)
      const meeting = meetings.find(id)
      if (meeting === undefined) throw new HandError('Unknown')
      if (meeting.side === 'answer') throw new HandError('OwnCode')
      if (meeting.isAnswered || meeting.ended === 'open') throw new HandError('UsedAlready')
      if (meeting.ended !== undefined) throw new HandError(errorOf[meeting.ended])
      meeting.isAnswered = true
      meeting.endAfter(connectTimeoutMs, 'failed')
      await meeting.line.complete(session).catch(() => meeting.end('failed'))
      const outcome = await meeting.outcome
      if (outcome !== 'open') throw new HandError(errorOf[outcome])
    },
  }
}

function inviteIn(text: string, now: () => number): Extract<HandCode, { type: 'invite' }> {
  const code = codeIn(text)
  if (code.type !== 'invite') throw new HandError('NotAnInvite')
  if (code.expiresAtMs + handClockSkewMs < now()) throw new HandError('Expired')
  return code
}

function answerIn(text: string): Extract<HandCode, { type: 'answer' }> {
  const code = codeIn(text)
  if (code.type !== 'answer') throw new HandError('NotAnAnswer')
  return code
}

function codeIn(text: string): HandCode {
  const code = parseHandCode(text)
  if (code.type === 'unreadable') throw new HandError(code.why)
  return code
}
