/** What happened in the ensemble of late, newest first, and read out as it comes. */
import type { ReplicaStatus } from '@peerkeeper/core'
import { feedMax } from '../limits.ts'
import { h } from '../ui/dom.ts'
import { clockTime } from '../ui/format.ts'
import { changesBetween, sentenceOf } from './changes.ts'

export interface Feed {
  readonly element: HTMLElement
  /** Takes every status, also those that are never drawn: a change between two of them would be lost. */
  add(status: ReplicaStatus): void
}

export function createFeed(): Feed {
  const element = h('ol', {
    class: 'feed',
    role: 'log',
    'aria-live': 'polite',
    'aria-label': 'What happened, newest first',
    'data-testid': 'feed',
  })
  let last: ReplicaStatus | null = null

  return {
    element,
    add(status) {
      const changes = changesBetween(last, status)
      last = status
      const now = clockTime(Date.now())
      for (const change of changes) {
        const text = sentenceOf(change, status.node, clockTime)
        element.prepend(h('li', { 'data-change': change.type }, h('time', {}, now), ' ', text))
      }
      while (element.childElementCount > feedMax) element.lastElementChild?.remove()
    },
  }
}
