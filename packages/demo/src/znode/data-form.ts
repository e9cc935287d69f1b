/** The form that edits the selected znode's data, and deletes the znode. */
import { type Keeper, KeeperError, type Stat } from '@peerkeeper/core'
import { writeLimit } from '../limits.ts'
import type { Znode } from '../tree/model.ts'
import { isReserved } from '../tree/rows.ts'
import { act, setAvailable } from '../ui/action.ts'
import { h, setAttribute } from '../ui/dom.ts'
import { toast } from '../ui/toast.ts'
import { type Draft, discard, follow, isDirty, isOvertaken, type Present, rebase } from './draft.ts'
import { preview, textOf } from './text.ts'

export interface DataForm {
  readonly element: HTMLElement
  draw(znode: Znode<Stat>, keeper: Keeper | null): void
  focus(): void
}

export function createDataForm(): DataForm {
  const text = h('textarea', { id: 'data', rows: 3, spellcheck: false, 'data-testid': 'data' })
  const save = h('button', { class: 'primary', 'data-testid': 'save' }, 'Save')
  const remove = h('button', { type: 'button', class: 'danger', 'data-testid': 'delete' }, 'Delete')
  const take = h('button', { type: 'button' }, 'Show theirs')
  const keep = h('button', { type: 'button' }, 'Keep mine')
  const theirs = h('span', {})
  const overtaken = h('p', { class: 'overtaken', role: 'status', hidden: true }, theirs, take, keep)
  const buttons = h('div', { class: 'buttons' }, save, remove)
  const element = h(
    'form',
    { class: 'data-form' },
    h('label', { for: 'data' }, 'Data'),
    text,
    overtaken,
    buttons,
  )

  let draft: Draft | null = null
  let present: Present | null = null
  let keeper: Keeper | null = null

  function draw(znode: Znode<Stat>, by: Keeper | null): void {
    keeper = by
    const { path, stat, data } = znode
    const shown = textOf(data)
    const isFixed = stat === null || shown === null || isReserved(path) || by === null
    present =
      stat === null ? null : { path, czxid: stat.czxid, version: stat.version, text: shown ?? preview(data) }
    draft = present === null ? null : follow(draft, present)
    show()
    setAttribute(text, 'readonly', isFixed)
    setAttribute(text, 'placeholder', isReserved(path) ? 'kept by the ensemble itself' : 'no data')
    setAvailable(save, !isFixed)
    setAvailable(remove, !isFixed && path !== '/')
  }

  function show(): void {
    const value = draft?.text ?? ''
    if (text.value !== value) text.value = value
    const isLate = draft !== null && present !== null && isOvertaken(draft, present)
    overtaken.hidden = !isLate
    if (isLate) theirs.textContent = `Somebody changed it: it is version ${present?.version} now.`
    save.classList.toggle('pending', draft !== null && isDirty(draft))
  }

  text.addEventListener('input', () => {
    if (draft) draft = { ...draft, text: text.value }
    show()
  })
  text.addEventListener('keydown', event => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    element.requestSubmit()
  })
  take.addEventListener('click', () => {
    if (present) draft = discard(present)
    show()
  })
  keep.addEventListener('click', () => {
    if (draft && present) draft = rebase(draft, present)
    show()
    text.focus()
  })

  element.addEventListener('submit', event => {
    event.preventDefault()
    const [saved, at] = [draft, keeper]
    if (!saved || !at) return
    const work = async () => {
      const { version } = await at.set(saved.path, saved.text, { version: saved.version, ...writeLimit })
      if (draft?.path === saved.path) draft = { ...draft, version, seen: saved.text }
      show()
    }
    void act(save, work, wasOvertaken)
  })
  remove.addEventListener('click', () => {
    const [gone, at] = [present, keeper]
    if (gone && at)
      void act(remove, () => at.delete(gone.path, { version: gone.version, ...writeLimit }), hasChildren)
  })

  return { element, draw, focus: () => text.focus() }
}

function wasOvertaken(error: unknown): boolean {
  if (!(error instanceof KeeperError) || error.code !== 'BadVersion') return false
  toast('BadVersion', 'Somebody was faster. Nothing was overwritten, and your text is still here.', 'error')
  return true
}

function hasChildren(error: unknown): boolean {
  if (!(error instanceof KeeperError) || error.code !== 'NotEmpty') return false
  toast('NotEmpty', 'This znode has children. Delete those first.', 'error')
  return true
}
