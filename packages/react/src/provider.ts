/** The keeper of a part of the page, for the hooks below it. */
import type { Keeper } from '@peerkeeper/core'
import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useInsertionEffect,
  useMemo,
  useRef,
  useSyncExternalStore,
} from 'react'
import {
  connecting,
  givenKeeper,
  type KeeperStore,
  type KeeperView,
  type OpenKeeper,
  openedKeeper,
} from './keeper-store.ts'

export type KeeperProviderProps = {
  readonly children?: ReactNode
} & (
  | {
      /** Opened and closed by the app; null until it is open. */
      readonly keeper: Keeper | null
      readonly open?: never
    }
  | {
      /**
       * Opens it when the provider is mounted: `signal => connect({ room, signal })`. It is closed when the provider is
       * unmounted. Another function opens nothing anew: give the provider another `key` for that.
       */
      readonly open: OpenKeeper
      readonly keeper?: never
    }
)

const KeeperContext = createContext<KeeperStore | null>(null)

const noKeeperYet: OpenKeeper = () => new Promise(() => undefined)

/** Gives the hooks below it their keeper. Under StrictMode, which mounts twice, one keeper is opened. */
export function KeeperProvider({ children, keeper, open }: KeeperProviderProps): ReactElement {
  const latest = useRef(open ?? noKeeperYet)
  // Before anybody below subscribes, which may open a keeper.
  useInsertionEffect(() => {
    latest.current = open ?? noKeeperYet
  }, [open])
  const isGiven = open === undefined
  const store = useMemo(
    () => (isGiven ? givenKeeper(keeper ?? null) : openedKeeper(signal => latest.current(signal))),
    [keeper, isGiven],
  )
  useEffect(() => store.subscribe(() => undefined), [store])
  return createElement(KeeperContext.Provider, { value: store }, children)
}

/** The keeper above, its state, and `reopen`, which begins a new session where the provider opened it. Throws where there is no provider. */
export function useKeeper(): KeeperView & Pick<KeeperStore, 'reopen'> {
  const store = useStore()
  const view = useSyncExternalStore(store.subscribe, store.getSnapshot, () => connecting)
  return useMemo(() => ({ ...view, reopen: store.reopen }), [view, store])
}

/** Only which keeper it is: rendered anew when that changes, not with its states. @internal */
export function useKeeperAlone(): Keeper | null {
  const store = useStore()
  return useSyncExternalStore(
    store.subscribe,
    () => store.getSnapshot().keeper,
    () => null,
  )
}

function useStore(): KeeperStore {
  const store = useContext(KeeperContext)
  if (store === null) throw new Error('there is no <KeeperProvider> above this component')
  return store
}
