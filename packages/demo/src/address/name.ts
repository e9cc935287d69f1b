/** What stands in the header of the room that the page is in. */
import { byId, setAttribute, setText } from '../ui/dom.ts'
import type { Address } from './address.ts'

export function nameRoom({ room, secret }: Address): void {
  const kind = byId('room-kind', HTMLElement)
  setText(byId('room', HTMLElement), room)
  setText(kind, secret === null ? 'open' : 'private')
  setAttribute(
    kind,
    'title',
    secret === null
      ? 'Whoever knows the name of this room may come in, at this server.'
      : 'Only who has an invite comes in: its link carries the secret of this room.',
  )
  kind.hidden = false
}
