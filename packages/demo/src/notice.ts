/** One line under the header for what concerns the whole page, with a way out where there is one. */
import { KeeperError } from '@peerkeeper/core'
import type { SignalingStatus } from '@peerkeeper/webrtc'
import { byId, h } from './ui/dom.ts'
import { shortId } from './ui/format.ts'

export interface Notice {
  /** This tab takes part no more. */
  over(how: 'expired' | 'closed'): void
  /** It could not take part at all. */
  failed(error: unknown): void
  /** Another ensemble is in the room. */
  foreign(ensemble: string): void
  signaling(status: SignalingStatus): void
}

/** Ordered by importance: of several things that could be said, the first is. */
type Subject = 'end' | 'foreign' | 'signaling'
const subjects: readonly Subject[] = ['end', 'foreign', 'signaling']

const leftText = 'This tab has left, and its ephemerals with it. The others go on. '
const expiredText = 'This session was silent for too long: it expired, and its ephemerals are gone. '

export function createNotice(): Notice {
  const place = byId('notice', HTMLElement)
  const said = new Map<Subject, readonly (Node | string)[]>()

  function say(subject: Subject, ...content: (Node | string)[]): void {
    if (content.length === 0) said.delete(subject)
    else said.set(subject, content)
    const first = subjects.find(each => said.has(each))
    place.hidden = first === undefined
    place.replaceChildren(...((first && said.get(first)) ?? []))
  }

  return {
    over(how) {
      if (said.has('end')) return
      say('end', how === 'expired' ? expiredText : leftText, comeBack())
    },
    failed(error) {
      const reason = error instanceof KeeperError ? `${error.code}: ${error.message}` : String(error)
      say('end', `The replica could not be opened. ${reason} `, comeBack())
    },
    foreign(ensemble) {
      say(
        'foreign',
        `Another ensemble (${shortId(ensemble)}) was founded in this room, and two do not mix. ` +
          'To bring them together, open the link of “Invite a device” from the one that shall go on.',
      )
    },
    signaling(status) {
      if (status.type === 'online') return say('signaling')
      say(
        'signaling',
        'The signaling server is away. Who is connected stays so; other devices cannot join for now.',
      )
    },
  }
}

function comeBack(): HTMLElement {
  const button = h('button', { type: 'button', 'data-testid': 'come-back' }, 'Come back')
  button.addEventListener('click', () => location.reload())
  return button
}
