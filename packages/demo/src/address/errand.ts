/** What a page leaves for itself to do or to say when it loads again: it lies in the history's state, beside the address. */
import { isId } from '@peerkeeper/core/transport'
import { type Address, linkTo } from './address.ts'

export interface Errand {
  /** Give this ensemble up for the one in the address. */
  readonly abandon?: string
  /** Say that this ensemble was made by a fork here. */
  readonly forked?: string
  /** Answer this invite, of another device. */
  readonly accept?: string
}

/** Reads `history.state`; what is malformed is left out. */
export function parseErrand(state: unknown): Errand {
  const { abandon, forked, accept } = Object(state) as Readonly<Record<keyof Errand, unknown>>
  return {
    ...(isId(abandon) ? { abandon } : {}),
    ...(isId(forked) ? { forked } : {}),
    ...(typeof accept === 'string' ? { accept } : {}),
  }
}

/** Loads the page again at `address`, with `errand`. */
export function turnTo(address: Address, errand: Errand): void {
  history.replaceState(errand, '', linkTo(location.pathname, address))
  location.reload()
}
