/** The dialog in which two devices meet without a server: an invite here, its answer there, and back. */
import { HandError, type HandMeeting, type HandSignaling, readInvite } from '@peerkeeper/webrtc'
import type { Address } from '../address/address.ts'
import { act, setAvailable } from '../ui/action.ts'
import { byId, h, setAttribute, setText } from '../ui/dom.ts'
import { clockTime, many } from '../ui/format.ts'
import { createCodeView } from './code-view.ts'
import { addressOfInvite, inviteData, textToSend } from './invite.ts'

export interface MeetOptions {
  /** Where this page is, with the ensemble that it takes part in; null before it does. */
  readonly here: () => Address | null
  /** Opens this page at the address that an invite leads to, and answers it there. */
  readonly follow: (to: Address, invite: string) => void
}

export interface MeetPanel {
  open(): void
  /** How the replica of this page meets others from now on. */
  use(hand: HandSignaling): void
  /** So many devices that were met by hand are connected. */
  devices(count: number): void
  /** Answers an invite, and shows the answer. */
  accept(invite: string): Promise<void>
}

export function createMeetPanel({ here, follow }: MeetOptions): MeetPanel {
  const dialog = byId('meet', HTMLDialogElement)
  const make = byId('meet-make', HTMLButtonElement)
  const completeForm = byId('meet-complete', HTMLFormElement)
  const acceptForm = byId('meet-accept', HTMLFormElement)
  const inviteView = createCodeView(byId('meet-invite', HTMLElement), 'Invite', 'meet-invite')
  const answerView = createCodeView(byId('meet-answer', HTMLElement), 'Answer', 'meet-answer')
  const connect = submitOf(completeForm)
  const accept = submitOf(acceptForm)
  let hand: HandSignaling | null = null
  /** The meetings that this dialog shows; an older one of each kind is given up for it. */
  let invite: HandMeeting | null = null
  let answer: HandMeeting | null = null

  function say(text: string, tone: 'plain' | 'good' | 'bad' = 'plain'): void {
    const place = byId('meet-status', HTMLElement)
    setText(place, text)
    setAttribute(place, 'data-tone', tone)
  }

  /** Does `work`, and says what is wrong where it fails. */
  function attempt(button: HTMLButtonElement, work: () => Promise<void>): Promise<void> {
    return act(button, work, error => {
      say(explain(error), 'bad')
      return true
    })
  }

  function own(): HandSignaling {
    if (hand === null) throw new Error('Another tab of this browser hosts the replica: meet others there.')
    return hand
  }

  async function makeInvite(): Promise<void> {
    const address = here()
    if (address === null) throw new Error('This tab takes part in no ensemble yet.')
    const made = await own().invite({ data: inviteData(address) })
    invite?.cancel()
    invite = made
    inviteView.show(textToSend(made.code, location.href))
    completeForm.hidden = false
    say(
      `The invite is good once, until ${clockTime(made.expiresAtMs)}. Send it, then paste the answer that comes back.`,
    )
    void made.outcome.then(outcome => {
      if (invite !== made) return
      inviteView.show(null)
      completeForm.hidden = true
      completeForm.reset()
      if (outcome === 'expired') say('The invite has expired: make a new one.', 'bad')
    })
  }

  async function complete(): Promise<void> {
    const text = fieldOf(completeForm).value
    say('Connecting ...')
    await own().complete(text)
    say('The devices are connected.', 'good')
  }

  async function acceptInvite(text: string): Promise<void> {
    const to = addressOfInvite(readInvite(text).data)
    if (to === null) throw new Error('This invite is not to an ensemble of this demo.')
    if (to.ensemble !== here()?.ensemble) return follow(to, text)
    const made = await own().accept(text)
    answer?.cancel()
    answer = made
    answerView.show(made.code)
    say('Bring the answer to the device that invites, and keep this page open: it connects by itself.')
    void made.outcome.then(outcome => {
      if (answer !== made) return
      answerView.show(null)
      acceptForm.reset()
      if (outcome === 'open') say('The devices are connected.', 'good')
      if (outcome === 'expired')
        say('The invite has expired before the answer got there: ask for a new one.', 'bad')
      if (outcome === 'failed') say('The devices did not reach each other. Ask for a new invite.', 'bad')
    })
  }

  make.addEventListener('click', () => void attempt(make, makeInvite))
  onSubmit(completeForm, () => attempt(connect, complete))
  onSubmit(acceptForm, () => attempt(accept, () => acceptInvite(fieldOf(acceptForm).value)))
  dialog.addEventListener('click', event => {
    if (event.target === dialog) dialog.close()
  })

  function open(): void {
    setAvailable(make, here() !== null)
    if (!dialog.open) dialog.showModal()
  }

  return {
    open,
    use(next) {
      hand = next
    },
    devices(count) {
      const place = byId('meet-devices', HTMLElement)
      setText(place, count === 0 ? '' : `${many(count, 'device')} met by hand: connected.`)
    },
    async accept(text) {
      open()
      fieldOf(acceptForm).value = text
      await attempt(accept, () => acceptInvite(text))
    },
  }
}

function explain(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return error instanceof HandError ? `${text.charAt(0).toUpperCase()}${text.slice(1)}.` : text
}

function onSubmit(form: HTMLFormElement, work: () => Promise<void>): void {
  form.addEventListener('submit', event => {
    event.preventDefault()
    void work()
  })
}

const fieldOf = (form: HTMLFormElement): HTMLTextAreaElement =>
  form.querySelector('textarea') ?? form.appendChild(h('textarea'))

const submitOf = (form: HTMLFormElement): HTMLButtonElement =>
  form.querySelector<HTMLButtonElement>('button[type=submit]') ?? form.appendChild(h('button'))
