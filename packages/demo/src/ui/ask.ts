/** A question with two answers, in a dialog. */
import { byId, h } from './dom.ts'

export interface Asked {
  readonly title: string
  /** Paragraphs. */
  readonly text: readonly string[]
  /** What the button says that does it. */
  readonly action: string
}

/** Whether the visitor wants it. Escape and Cancel are no. */
export function ask({ title, text, action }: Asked): Promise<boolean> {
  const dialog = byId('question', HTMLDialogElement)
  const heading = h('h2', { id: 'question-title' }, title)
  const paragraphs = text.map(each => h('p', {}, each))
  const cancel = h('button', { type: 'submit', value: 'no', autofocus: true }, 'Cancel')
  const go = h(
    'button',
    { type: 'submit', value: 'yes', class: 'danger', 'data-testid': 'question-yes' },
    action,
  )
  dialog.replaceChildren(heading, ...paragraphs, h('form', { method: 'dialog' }, cancel, ' ', go))
  dialog.returnValue = 'no'
  dialog.showModal()
  return new Promise(resolve => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true })
  })
}
