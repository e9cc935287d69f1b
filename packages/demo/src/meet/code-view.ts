/** A code to pass on: as text with a button to copy it, and as a picture to read with a camera. */
import { onClick } from '../ui/action.ts'
import { h, setText } from '../ui/dom.ts'
import { qrPicture } from './qr.ts'

export interface CodeView {
  /** Null: there is none. Without a picture where a camera would be of no use. */
  show(text: string | null, hasPicture?: boolean): void
}

/** Draws into `place`. `name` is what the code is called: “Invite”. */
export function createCodeView(place: HTMLElement, name: string, testId: string): CodeView {
  const id = `${place.id}-text`
  const field = h('textarea', { id, readonly: true, rows: 4, spellcheck: 'false', 'data-testid': testId })
  const copy = h('button', { type: 'button', class: 'primary', 'data-testid': `${testId}-copy` }, 'Copy')
  const picture = h('div', { class: 'qr' })
  place.append(h('label', { for: id }, `${name}, for the other device`), field, copy, picture)
  place.hidden = true
  field.addEventListener('focus', () => field.select())
  onClick(copy, async () => {
    await navigator.clipboard.writeText(field.value)
    setText(copy, 'Copied')
  })
  return {
    show(text, hasPicture = true) {
      place.hidden = text === null
      field.value = text ?? ''
      setText(copy, 'Copy')
      picture.replaceChildren(
        ...(text === null || !hasPicture ? [] : [qrPicture(text, `${name} as a QR code`)]),
      )
      if (text !== null) place.scrollIntoView({ block: 'nearest' })
    },
  }
}
