/**
 * The hooks: each shows one thing of the tree, or does one thing in it, while its component is mounted. A path that is null
 * shows and does nothing. Owns what React has to be given; what is shown and done is the stores'.
 */
import { bytes, type Codec, type KeeperError } from '@peerkeeper/core'
import type { Member } from '@peerkeeper/core/recipes'
import { useEffect, useMemo, useSyncExternalStore } from 'react'
import { type MembershipView, membershipStore, membersStore, noMembers } from './presence-stores.ts'
import { useKeeperAlone } from './provider.ts'
import type { Store } from './store.ts'
import { childrenStore, znodeStore } from './tree-stores.ts'
import { type LeaderView, type LockView, leaderStore, lockStore, noLeader, noLock } from './turn-stores.ts'
import {
  type ChildrenView,
  decoded,
  errorOf,
  loadingChildren,
  loadingZnode,
  readValue,
  type ZnodeView,
} from './views.ts'

/** `initial` is what a server renders, and what a page renders first where a server did. */
const useStore = <View>({ subscribe, getSnapshot }: Store<View>, initial: View): View =>
  useSyncExternalStore(subscribe, getSnapshot, () => initial)

/** The znode at `path`, now and after each change; its data through `codec`, which is best made once, outside of components. */
export function useZnode(path: string | null): ZnodeView
export function useZnode<Value>(path: string | null, codec: Codec<Value>): ZnodeView<Value>
export function useZnode(
  path: string | null,
  codec: Codec<unknown> = bytes as Codec<unknown>,
): ZnodeView<unknown> {
  const keeper = useKeeperAlone()
  const store = useMemo(() => znodeStore(keeper, path), [keeper, path])
  const view = useStore(store, loadingZnode as ZnodeView)
  return useMemo(() => decoded(view, codec, path), [view, codec, path])
}

/** The names of the children of `path`, sorted, now and after each change. */
export function useChildren(path: string | null): ChildrenView {
  const keeper = useKeeperAlone()
  const store = useMemo(() => childrenStore(keeper, path), [keeper, path])
  return useStore(store, loadingChildren)
}

export interface TurnOptions {
  /** Shown to others who look at the line: who this is, say. */
  readonly data?: string | undefined
}

/**
 * Stands for election at `path` while mounted, and says whether this page leads. All components of a page that name the same
 * path are one candidate, with the `data` of the first.
 */
export function useLeader(path: string | null, { data = '' }: TurnOptions = {}): LeaderView {
  const keeper = useKeeperAlone()
  const store = useMemo(() => leaderStore(keeper, path, data), [keeper, path, data])
  return useStore(store, noLeader)
}

/**
 * Wants the mutex at `path` while mounted, and says whether this component holds it: each component stands in line for
 * itself. With null in the place of the path it lets go. Other `data` stand in line anew.
 */
export function useLock(path: string | null, { data = '' }: TurnOptions = {}): LockView {
  const keeper = useKeeperAlone()
  const store = useMemo(() => lockStore(keeper, path, data), [keeper, path, data])
  return useStore(store, noLock)
}

/** A member of a group; what it says of itself, or why that is no value. */
export type PresentMember<Value> = Omit<Member, 'data'> & {
  /** Whether it is this component. */
  readonly isMe: boolean
} & (
    | { readonly data: Value; readonly error: null }
    | { readonly data: undefined; readonly error: KeeperError }
  )

/** What {@link usePresence} returns. */
export interface PresenceView<Value> {
  readonly status: 'loading' | 'present' | 'failed'
  /** Sorted by name. */
  readonly members: readonly PresentMember<Value>[]
  /** As of a {@link ZnodeView}. */
  readonly isLive: boolean
  /** This component as a member. */
  readonly me: MembershipView
  /** Why nobody is shown, or why this component is no member: see `me.error`. */
  readonly error: KeeperError | null
}

/**
 * Who is in the group at `path`. Where `me` is given this component is a member, which says that of itself, for as long as it is
 * mounted; each component that gives it is a member of its own.
 */
export function usePresence<Value>(
  path: string | null,
  codec: Codec<Value>,
  me?: Value,
): PresenceView<Value> {
  const keeper = useKeeperAlone()
  const looking = useMemo(() => membersStore(keeper, path), [keeper, path])
  const being = useMemo(() => membershipStore(keeper, path), [keeper, path])
  const said = useMemo(() => written(codec, me), [codec, me])
  useEffect(() => being.say(said.data), [being, said])
  const { status, members, isLive, error } = useStore(looking, noMembers)
  const membership = useStore(being, noMembership)
  // What is said may be made at each rendering, and be the same.
  const saidError = said.error
  return useMemo(() => {
    const own = saidError === null ? membership : { status: 'failed' as const, name: null, error: saidError }
    return {
      status,
      members: members.map(member => presentMember(member, codec, own.name)),
      isLive,
      me: own,
      error: error ?? own.error,
    }
  }, [status, members, isLive, error, membership, saidError, codec])
}

const noMembership: MembershipView = { status: 'idle', name: null, error: null }

/** The bytes of what a component says of itself; null where it says nothing. */
function written<Value>(codec: Codec<Value>, me: Value | undefined) {
  try {
    return { data: me === undefined ? null : codec.encode(me), error: null }
  } catch (cause) {
    return { data: null, error: errorOf(cause, 'BadArguments') }
  }
}

function presentMember<Value>(member: Member, codec: Codec<Value>, me: string | null): PresentMember<Value> {
  const value = readValue(codec, member.data, member.name)
  const isMe = member.name === me
  return value.ok
    ? { ...member, isMe, data: value.value, error: null }
    : { ...member, isMe, data: undefined, error: value.error }
}
