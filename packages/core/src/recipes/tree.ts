/**
 * What recipes need of a keeper, and its endings in one place. Written as a type of parts, so that a test may put something
 * between a recipe and its keeper.
 */

import type { CallOptions, Keeper, KeeperErrorCode, KeeperState } from '../client/index.ts'
import { KeeperError } from './error.ts'

/** A keeper, as recipes know it. */
export type Tree = Pick<
  Keeper,
  | 'state'
  | 'session'
  | 'clock'
  | 'on'
  | 'create'
  | 'get'
  | 'set'
  | 'delete'
  | 'exists'
  | 'children'
  | 'multi'
  | 'multiRead'
  | 'watch'
  | 'removeWatches'
>

/** How long a wait may take, and how it can be given up. Without either it lasts as long as the session. */
export interface WaitOptions extends CallOptions {
  /** Milliseconds. Where absent the wait has no limit of its own: it ends with its signal, or with the session. */
  readonly timeoutMs?: number | undefined
}

/** Why a keeper in `state` vouches for nothing; null where it is connected. */
export function lossOf(state: KeeperState): KeeperError | null {
  switch (state) {
    case 'connected':
      return null
    case 'connecting':
    case 'readOnly':
    case 'suspended':
      return new KeeperError('Suspended', 'no quorum is in reach: what was held may be lost')
    case 'expired':
      return new KeeperError('SessionExpired', 'the session expired')
    case 'closed':
      return new KeeperError('Closed', 'the keeper is closed')
  }
}

/** `isOver`: no call of this keeper succeeds any more. */
export const isOver = (state: KeeperState): boolean => state === 'expired' || state === 'closed'

/** Whether `error` is a keeper's with one of these codes. */
export const isError = (error: unknown, ...codes: readonly KeeperErrorCode[]): error is KeeperError =>
  error instanceof KeeperError && codes.includes(error.code)

/** The path above. */
export const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/'

/** The path of the child `name`. */
export const childOf = (path: string, name: string): string => (path === '/' ? `/${name}` : `${path}/${name}`)

/** The last component. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** `text` as the bytes that it stands for. */
export const bytesOf = (data: Uint8Array | string): Uint8Array =>
  typeof data === 'string' ? new TextEncoder().encode(data) : data

export const textOf = (data: Uint8Array): string => new TextDecoder().decode(data)
