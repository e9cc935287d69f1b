/** Short notices at the edge of the page: what went wrong, with its code, or what was done. */
import { KeeperError } from '@peerkeeper/core'
import { byId, h } from './dom.ts'

const shownMs = 8_000
const toastsMax = 4

type Tone = 'error' | 'good'

export function toast(title: string, text: string, tone: Tone): void {
  const list = byId('toasts', HTMLElement)
  const close = h('button', { type: 'button', class: 'quiet', 'aria-label': 'Dismiss' }, '✕')
  const item = h(
    'div',
    { class: `toast ${tone}`, 'data-testid': 'toast' },
    h('p', {}, h('strong', {}, title), ' ', text),
    close,
  )
  close.addEventListener('click', () => item.remove())
  list.append(item)
  while (list.childElementCount > toastsMax) list.firstElementChild?.remove()
  setTimeout(() => item.remove(), shownMs)
}

/** Tells of a failure: its code, and what was asked. */
export function toastError(error: unknown): void {
  if (error instanceof KeeperError) toast(error.code, error.message, 'error')
  else toast('Error', error instanceof Error ? error.message : String(error), 'error')
}
