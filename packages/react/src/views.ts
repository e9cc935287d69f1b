/**
 * What components see of the tree. Owns how a read becomes a view, and a view of bytes one of values. Every view says what is
 * known and how good that is; none has to be guessed from what is missing.
 */
import {
  type Codec,
  isKeeperError,
  KeeperError,
  type KeeperErrorCode,
  type Stat,
  type Znode,
} from '@peerkeeper/core'

/** Common to all that follow the tree. */
interface Followed {
  /**
   * Kept up to date. False while no quorum is in reach and when the session is over: what is shown is the last that was
   * known, and others may have changed it.
   */
  readonly isLive: boolean
}

/** A znode, as {@link useZnode} shows it; see `status`. */
export type ZnodeView<Value = Uint8Array> = Followed &
  (
    | { readonly status: 'loading'; readonly data: undefined; readonly stat: undefined; readonly error: null }
    /** `stat` is as of the last change of the data: what it says of children may have changed since. */
    | { readonly status: 'present'; readonly data: Value; readonly stat: Stat; readonly error: null }
    | { readonly status: 'absent'; readonly data: undefined; readonly stat: undefined; readonly error: null }
    | {
        readonly status: 'failed'
        readonly data: undefined
        readonly stat: undefined
        readonly error: KeeperError
      }
  )

/** The children of a znode, as {@link useChildren} shows them. `children` are names, sorted; none where `status` is not `present`. */
export type ChildrenView = Followed &
  (
    | {
        readonly status: 'loading' | 'present' | 'absent'
        readonly children: readonly string[]
        readonly error: null
      }
    | { readonly status: 'failed'; readonly children: readonly string[]; readonly error: KeeperError }
  )

/** One read of the tree. */
export type Reading<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: KeeperError }

const nothing = { data: undefined, stat: undefined } as const

export const loadingZnode: ZnodeView<never> = { status: 'loading', ...nothing, error: null, isLive: false }
export const loadingChildren: ChildrenView = { status: 'loading', children: [], error: null, isLive: false }

export function znodeView(reading: Reading<Znode>, isLive: boolean): ZnodeView {
  if (reading.ok) return { status: 'present', ...reading.value, error: null, isLive }
  const { error } = reading
  if (isKeeperError(error, 'NoNode')) return { status: 'absent', ...nothing, error: null, isLive }
  return { status: 'failed', ...nothing, error, isLive }
}

export function childrenView(
  reading: Reading<{ readonly children: readonly string[] }>,
  isLive: boolean,
): ChildrenView {
  if (reading.ok)
    return { status: 'present', children: reading.value.children.toSorted(), error: null, isLive }
  const { error } = reading
  if (isKeeperError(error, 'NoNode')) return { status: 'absent', children: [], error: null, isLive }
  return { status: 'failed', children: [], error, isLive }
}

/** The same with a value in the place of bytes; failed with DecodeFailed where they are none. */
export function decoded<Value>(view: ZnodeView, codec: Codec<Value>, path: string | null): ZnodeView<Value> {
  if (view.status !== 'present') return view
  const value = readValue(codec, view.data, path)
  if (value.ok) return { ...view, data: value.value }
  return { status: 'failed', ...nothing, error: value.error, isLive: view.isLive }
}

/** `after`, or `before` where a component could not tell them apart: then nothing is rendered anew. */
export function changedZnode(before: ZnodeView, after: ZnodeView): ZnodeView {
  if (before.isLive !== after.isLive || before.status !== after.status || before.error !== after.error)
    return after
  const [old, now] = [before.stat, after.stat]
  const isSame =
    old === now || (old?.mzxid === now?.mzxid && old?.pzxid === now?.pzxid && old?.aversion === now?.aversion)
  return isSame ? before : after
}

/** As {@link changedZnode}. */
export function changedChildren(before: ChildrenView, after: ChildrenView): ChildrenView {
  if (before.isLive !== after.isLive || before.status !== after.status || before.error !== after.error)
    return after
  const isSame =
    before.children.length === after.children.length &&
    before.children.every((name, i) => name === after.children[i])
  return isSame ? before : after
}

/** What `data` of the znode at `path` say; a KeeperError DecodeFailed where they are no value. */
export function readValue<Value>(codec: Codec<Value>, data: Uint8Array, path: string | null): Reading<Value> {
  try {
    return { ok: true, value: codec.decode(data) }
  } catch (cause) {
    const message = `the data of ${path} are no such value: ${cause instanceof Error ? cause.message : String(cause)}`
    return { ok: false, error: new KeeperError('DecodeFailed', message, path, null, null, { cause }) }
  }
}

/** Whatever was thrown, as a keeper's error: of `code` where it is none. */
export function errorOf(cause: unknown, code: KeeperErrorCode = 'OpenFailed'): KeeperError {
  if (isKeeperError(cause)) return cause
  const message = cause instanceof Error ? cause.message : String(cause)
  return new KeeperError(code, message, null, null, null, { cause })
}
