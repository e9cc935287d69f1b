/** Connections opened by hand, in memory: two lines are joined when each was told of the other. */
import type { Line, LineEvents, OpenLine } from '../src/page/signaling/hand/line.ts'
import { capturedSdps } from './hand-sdps.ts'

export interface FakeLine extends Line {
  readonly sent: readonly string[]
  readonly isClosed: boolean
  waiting: number
  /** Delivers `text` to this end. */
  receive(text: string): void
  /** The browser says that it is no more. */
  fail(reason: string): void
}

export interface FakeLines {
  readonly open: OpenLine
  /** All that were ever opened, oldest first. */
  readonly all: readonly FakeLine[]
  /** Set it, and both sides are told of each other but do not reach each other. */
  isBlocked: boolean
  /** Set it, and there is no WebRTC. */
  isMissing: boolean
  /** What is put in place of what the browser describes; undefined: nothing. */
  description: string | undefined
  /** Set it, and descriptions wait until it is called. */
  pause(): () => void
}

/** What is sent arrives when the current task is over: `afterTask` is told what to do then. */
export function createFakeLines(afterTask: (run: () => void) => void): FakeLines {
  const all: FakeLine[] = []
  const ends = new Map<string, { readonly line: FakeLine; readonly events: LineEvents; remote: string }>()
  const partnerOf = (ufrag: string) => {
    const own = ends.get(ufrag)
    const other = own && ends.get(own.remote)
    return other?.remote === ufrag && !other.line.isClosed && !own?.line.isClosed ? other : undefined
  }
  let paused = Promise.resolve()

  const lines: FakeLines = {
    all,
    isBlocked: false,
    isMissing: false,
    description: undefined,
    pause() {
      let resume = () => {}
      paused = new Promise(resolve => {
        resume = resolve
      })
      return resume
    },
    open(events) {
      if (lines.isMissing) throw new Error('RTCPeerConnection is not defined')
      const ufrag = `line${all.length}`
      const sent: string[] = []
      let isClosed = false
      const describe = async (type: 'offer' | 'answer') => {
        await paused
        const sdp = capturedSdps.find(each => each.type === type)?.sdp ?? ''
        return lines.description ?? sdp.replace(/a=ice-ufrag:.*/, `a=ice-ufrag:${ufrag}`)
      }
      const line: FakeLine = {
        sent,
        waiting: 0,
        get isClosed() {
          return isClosed
        },
        offer: () => describe('offer'),
        answer(offer) {
          end.remote = offer.ufrag
          return describe('answer')
        },
        async complete(answer) {
          end.remote = answer.ufrag
          const other = partnerOf(ufrag)
          if (lines.isBlocked || other === undefined) return
          events.open()
          other.events.open()
        },
        send(text) {
          const other = partnerOf(ufrag)
          if (other === undefined) return
          sent.push(text)
          afterTask(() => {
            if (!other.line.isClosed) other.events.text(text)
          })
        },
        receive: text => events.text(text),
        fail(reason) {
          if (isClosed) return
          isClosed = true
          events.ended(reason)
        },
        close() {
          if (isClosed) return
          const other = partnerOf(ufrag)
          isClosed = true
          afterTask(() => other?.line.fail('closed'))
        },
      }
      const end = { line, events, remote: '' }
      ends.set(ufrag, end)
      all.push(line)
      return line
    },
  }
  return lines
}
