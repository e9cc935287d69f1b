/**
 * What the visitor is typing, and which version it was made from: a save says that version, so that nobody overwrites
 * what they have not seen. Pure.
 */

export interface Draft {
  readonly path: string
  /** The znode's creation: one that was created anew is another znode. */
  readonly czxid: number
  /** The version that the text was made from. */
  readonly version: number
  /** The text of that version. */
  readonly seen: string
  readonly text: string
}

export interface Present {
  readonly path: string
  readonly czxid: number
  readonly version: number
  readonly text: string
}

export const isDirty = (draft: Draft): boolean => draft.text !== draft.seen

/** Somebody changed what is being edited. */
export const isOvertaken = (draft: Draft, present: Present): boolean =>
  isDirty(draft) && draft.version !== present.version

const afresh = ({ path, czxid, version, text }: Present): Draft => ({
  path,
  czxid,
  version,
  seen: text,
  text,
})

/** The draft after news of the znode (perhaps late ones): what was typed stays, and so does the version it was made from. */
export function follow(draft: Draft | null, present: Present): Draft {
  if (draft === null || draft.path !== present.path || draft.czxid !== present.czxid) return afresh(present)
  if (present.version < draft.version) return draft
  if (!isDirty(draft) || draft.text === present.text) return afresh(present)
  return draft
}

/** The same text, now made with the present version in view: a save replaces it knowingly. */
export const rebase = (draft: Draft, present: Present): Draft => ({
  ...draft,
  version: present.version,
  seen: present.text,
})

export const discard = (present: Present): Draft => afresh(present)
