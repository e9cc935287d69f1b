'use client'
/**
 * The door for React: hooks on a keeper. Safe to render on a server, where everything is loading.
 *
 * ```tsx
 * import { connect, json } from '@peerkeeper/core'
 * import { KeeperProvider, useZnode } from '@peerkeeper/react'
 *
 * interface Settings {
 *   readonly theme: string
 * }
 * const settings = json<Settings>()
 *
 * const Theme = () => {
 *   const { data, isLive } = useZnode('/settings', settings)
 *   return <p>{data?.theme ?? 'none yet'} {isLive || '(offline)'}</p>
 * }
 *
 * export const App = () => (
 *   <KeeperProvider open={signal => connect({ room: 'cinema', signal })}>
 *     <Theme />
 *   </KeeperProvider>
 * )
 * ```
 *
 * @module @peerkeeper/react
 */
export {
  type PresenceView,
  type PresentMember,
  type TurnOptions,
  useChildren,
  useLeader,
  useLock,
  usePresence,
  useZnode,
} from './hooks.ts'
export type { KeeperView, OpenKeeper } from './keeper-store.ts'
export type { MembershipView } from './presence-stores.ts'
export { KeeperProvider, type KeeperProviderProps, useKeeper } from './provider.ts'
export type { LeaderView, LockView } from './turn-stores.ts'
export type { ChildrenView, ZnodeView } from './views.ts'
