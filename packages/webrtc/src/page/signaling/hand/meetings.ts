/**
 * Meetings that are being arranged: each is an invite or the answer to one, with a connection that waits. It ends, once, by
 * being open, by its time, or by hand. Owns which codes are open and which were used. Does not know what codes look like.
 */
import { handChannelsMax, handOpenMax, handUsedMax } from '../../../wire/limits.ts'
import type { Timers } from '../../../wire/timers.ts'
import { HandError } from './error.ts'
import type { Line, OpenLine } from './line.ts'

/** `open`: the devices are connected. `expired`: in vain until the invite's end. `failed`: they do not reach each other. */
export type HandOutcome = 'open' | 'expired' | 'failed' | 'cancelled'

export interface Meeting {
  readonly side: Side
  readonly line: Line
  /** Settles when `end` was called or the connection is open. Never rejects. */
  readonly outcome: Promise<HandOutcome>
  readonly ended: HandOutcome | undefined
  /** Whether the other side's code was given to it. Only from false to true: a code is good once. */
  isAnswered: boolean
  /** It ends as `outcome` after `ms`, in place of what was said before. */
  endAfter(ms: number, outcome: HandOutcome): void
  /** The first end counts. Every one but `open` closes the connection. */
  end(outcome: HandOutcome): void
}

export type Side = 'invite' | 'answer'

/** What an open connection is heard by. */
export interface Met {
  text(text: string): void
  ended(): void
}

export interface MeetingsOptions {
  readonly timers: Timers
  readonly openLine: OpenLine
  /** A connection was opened. */
  met(line: Line): Met
  /** How many connections stand. */
  standing(): number
}

export interface Meetings {
  /** Throws a HandError when there are too many, or no WebRTC. */
  begin(id: string, side: Side): Meeting
  /** The meeting `id`, open or over; undefined when it was never begun or is long forgotten. */
  find(id: string): Meeting | undefined
  /** Ends all that are not open. */
  cancel(): void
}

export function createMeetings({ timers, openLine, met, standing }: MeetingsOptions): Meetings {
  /** Oldest first. Invariant: at most `handUsedMax` that have ended, and `handOpenMax` that have not. */
  const all = new Map<string, Meeting>()

  const waiting = () => [...all].filter(([, { ended }]) => ended === undefined)

  function forget(): void {
    const over = [...all].filter(([, { ended }]) => ended !== undefined)
    for (const [id] of over.slice(0, Math.max(0, over.length - handUsedMax))) all.delete(id)
  }

  function begin(id: string, side: Side): Meeting {
    const open = waiting().length
    if (open >= handOpenMax || open + standing() >= handChannelsMax) throw new HandError('TooMany')
    let listener: Met | undefined
    let ended: HandOutcome | undefined
    let cancelTimer = () => {}
    let settle = (_: HandOutcome) => {}
    const outcome = new Promise<HandOutcome>(resolve => {
      settle = resolve
    })

    function end(how: HandOutcome): void {
      if (ended !== undefined) return
      ended = how
      cancelTimer()
      if (how === 'open') listener = met(line)
      else line.close()
      settle(how)
      forget()
    }

    const line = lineOf({
      open: () => end('open'),
      text(text) {
        // The other end may be open first.
        end('open')
        listener?.text(text)
      },
      ended() {
        if (listener !== undefined) listener.ended()
        else end('failed')
      },
    })
    const meeting: Meeting = {
      side,
      line,
      outcome,
      get ended() {
        return ended
      },
      isAnswered: false,
      endAfter(ms, how) {
        if (ended !== undefined) return
        cancelTimer()
        cancelTimer = timers.after(ms, () => end(how))
      },
      end,
    }
    all.set(id, meeting)
    return meeting
  }

  function lineOf(events: Parameters<OpenLine>[0]): Line {
    try {
      return openLine(events)
    } catch (error) {
      throw new HandError('NoWebRtc', error)
    }
  }

  return {
    begin,
    find: id => all.get(id),
    cancel() {
      for (const [, meeting] of waiting()) meeting.end('cancelled')
    },
  }
}
