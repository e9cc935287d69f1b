/**
 * Who is here, as stores: the members of a group, one store whoever looks; and being a member, for each component that says
 * something of itself. Does not know what members say.
 */
import { isKeeperError, type Keeper, type KeeperError } from '@peerkeeper/core'
import { Group, type Member, type Membership } from '@peerkeeper/core/recipes'
import { Live, Shared, type Store } from './store.ts'
import { errorOf } from './views.ts'

export interface MembersView {
  readonly status: 'loading' | 'present' | 'failed'
  /** Sorted by name. */
  readonly members: readonly Member[]
  readonly isLive: boolean
  readonly error: KeeperError | null
}

export interface MembershipView {
  /** `idle`: only looks. */
  readonly status: 'idle' | 'joining' | 'joined' | 'failed'
  /** Its name in the group. */
  readonly name: string | null
  readonly error: KeeperError | null
}

export const noMembers: MembersView = { status: 'loading', members: [], isLive: false, error: null }
const noMembership: MembershipView = { status: 'idle', name: null, error: null }

const groups = new Shared<MembersView>(noMembers)

/** Who is in the group at `path`. */
export const membersStore = (keeper: Keeper | null, path: string | null): Store<MembersView> =>
  groups.at(keeper, path, (keeper, path) => publish => {
    const over = new AbortController()
    let view = noMembers
    const tell = (news: Partial<MembersView>) => {
      view = { ...view, ...news, isLive: keeper.state === 'connected' }
      publish(view)
    }
    const follow = async () => {
      try {
        for await (const members of new Group(keeper, path).follow(over)) tell({ status: 'present', members })
      } catch (cause) {
        if (over.signal.aborted) return
        const isOver = isKeeperError(cause, 'SessionExpired', 'Closed')
        tell(isOver && view.status === 'present' ? {} : { status: 'failed', error: errorOf(cause) })
      }
    }
    keeper.on('state', () => view.status === 'loading' || tell({}), over)
    void follow()
    return () => over.abort()
  })

export interface MembershipStore extends Store<MembershipView> {
  /** What the member says of itself from now on; null: nothing, and then it is none. */
  readonly say: (data: Uint8Array | null) => void
}

/** A member of the group at `path` for as long as somebody looks, and something is said. */
export function membershipStore(keeper: Keeper | null, path: string | null): MembershipStore {
  let said: Uint8Array | null = null
  let onSaid: () => void = () => undefined
  const store = new Live(noMembership, publish => {
    const over = new AbortController()
    if (keeper !== null && path !== null) {
      const heard = () => new Promise<void>(resolve => (onSaid = resolve))
      const view = (status: MembershipView['status'], name: string | null, error: KeeperError | null) =>
        publish({ status, name, error })
      taking(
        new Group(keeper, path),
        { said: () => said, heard, wake: () => onSaid(), view },
        over.signal,
      ).catch(cause => {
        if (!over.signal.aborted) view('failed', null, errorOf(cause))
      })
    }
    return () => {
      over.abort()
      onSaid()
    }
  })
  const say = (data: Uint8Array | null) => {
    if (areEqual(data, said)) return
    said = data
    onSaid()
  }
  return { subscribe: store.subscribe, getSnapshot: store.getSnapshot, say }
}

interface Speaker {
  said(): Uint8Array | null
  /** Resolves when something else is said, when all is over, or when it is woken. */
  heard(): Promise<void>
  wake(): void
  view(status: MembershipView['status'], name: string | null, error: KeeperError | null): void
}

/** Joins, says what is to be said, and leaves; joins again where somebody else removed it. Ends with `over`, or rejects. */
async function taking(group: Group, speaker: Speaker, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    const data = speaker.said()
    if (data === null) {
      speaker.view('idle', null, null)
      await speaker.heard()
      continue
    }
    speaker.view('joining', null, null)
    const member = await group.join(data, { signal: over })
    try {
      speaker.view('joined', member.name, null)
      await saying(member, data, speaker, over)
    } catch (cause) {
      if (!isKeeperError(cause, 'Lost')) throw cause
    } finally {
      void member.leave()
    }
  }
}

/** Keeps what `member` says up to date until there is nothing to say. Rejects when it is no member any more. */
async function saying(
  member: Membership,
  first: Uint8Array,
  speaker: Speaker,
  over: AbortSignal,
): Promise<void> {
  // Woken, not raced: a promise that lasts as long as the member keeps something of each race.
  member.signal.addEventListener('abort', () => speaker.wake(), { once: true })
  let told = first
  while (!over.aborted) {
    member.signal.throwIfAborted()
    const data = speaker.said()
    if (data === null) return
    if (areEqual(data, told)) {
      await speaker.heard()
      continue
    }
    await member.update(data, { signal: over })
    told = data
  }
}

const areEqual = (a: Uint8Array | null, b: Uint8Array | null): boolean =>
  a === b ||
  (a !== null && b !== null && a.length === b.length && a.every((byte, index) => byte === b[index]))
