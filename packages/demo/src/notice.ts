/** One line under the header for what concerns the whole page, with a way out where there is one. */
import { KeeperError } from '@peerkeeper/core'
import type { SignalingStatus } from '@peerkeeper/webrtc'
import { onClick } from './ui/action.ts'
import { byId, h } from './ui/dom.ts'
import { shortId } from './ui/format.ts'

/** How a tab comes to take part no more. */
export type End = 'expired' | 'left' | 'wiped'

export interface Notice {
  /** This tab takes part no more. */
  over(how: End): void
  /** It could not take part at all. */
  failed(error: unknown): void
  /** Another ensemble is in the room; `join` gives this one up for it, and asks back. */
  foreign(ensemble: string, join: () => Promise<void>): void
  /** This ensemble is a fork that was made here. */
  forked(ensemble: string): void
  signaling(status: SignalingStatus): void
  /** Nobody of the ensemble is connected, and no server would find them; `meet` opens the dialog for codes. Null: no more. */
  apart(meet: (() => void) | null): void
}

/**
 * Ordered by importance: of several things that could be said, the first is. Who just forked is not asked to give that up
 * for what it came from.
 */
type Subject = 'end' | 'forked' | 'foreign' | 'signaling' | 'apart'
const subjects: readonly Subject[] = ['end', 'forked', 'foreign', 'signaling', 'apart']

const ends: Readonly<Record<End, string>> = {
  left: 'This tab has left, and its ephemerals with it. The others go on. ',
  expired: 'This session was silent for too long: it expired, and its ephemerals are gone. ',
  wiped:
    'What this replica had stored is gone, and so is the replica: without a goodbye, and with all that it had promised. ' +
    'The others miss it and take it out. Who comes back is a new member. ',
}

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
      say('end', ends[how], comeBack())
    },
    failed(error) {
      const reason = error instanceof KeeperError ? `${error.code}: ${error.message}` : String(error)
      say('end', `The replica could not be opened. ${reason} `, comeBack())
    },
    foreign(ensemble, join) {
      const button = h(
        'button',
        { type: 'button', 'data-testid': 'join-foreign', title: joinTitle },
        `Join ${shortId(ensemble)} ...`,
      )
      onClick(button, join)
      say(
        'foreign',
        `Another ensemble (${shortId(ensemble)}) is in this room, and two do not mix. ` +
          'To bring them together, one side gives its own up for that of the other. ',
        button,
      )
    },
    forked(ensemble) {
      say(
        'forked',
        `This is ensemble ${shortId(ensemble)} now, made of what this replica held. ` +
          'Tabs of the one before are told of it, and may join. ',
      )
    },
    apart(meet) {
      if (meet === null) return say('apart')
      const button = h('button', { type: 'button', 'data-testid': 'meet-again' }, 'Exchange codes ...')
      button.addEventListener('click', meet)
      say(
        'apart',
        'Nobody of this ensemble is connected, and there is no server here to find them by. Other tabs of this browser ' +
          'come back when they are open; other devices after a new exchange of codes with one of them. ',
        button,
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

const joinTitle = 'Gives up what this browser holds of its own ensemble, and comes in there as a new member.'

function comeBack(): HTMLElement {
  const button = h('button', { type: 'button', 'data-testid': 'come-back' }, 'Come back')
  button.addEventListener('click', () => location.reload())
  return button
}
