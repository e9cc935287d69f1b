/**
 * Where clients come from, and what one address may have: so many sockets at once, so many foundings an hour. Addresses are kept
 * in memory for as long as they count for something, and told to nobody.
 */
import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'
import { createRate } from '../wire/rate.ts'
import type { SignalingLimits } from './limits.ts'

/** One socket's share of its address. */
export interface Visitor {
  /** Whether its address may found or replace once more; counts as done when it may. */
  mayFound(): boolean
  /** The socket is gone. Once. */
  leave(): void
}

export interface Addresses {
  /** How many are known. */
  readonly size: number
  /** A share for one more socket from `address`, or undefined when it has as many as it may. */
  enter(address: string): Visitor | undefined
}

type AddressLimits = Pick<
  SignalingLimits,
  'socketsPerAddressMax' | 'foundingsBurstMax' | 'foundingsPerHourMax'
>

/** `nowMs` is a monotonic clock. */
export function createAddresses(limits: AddressLimits, nowMs: () => number): Addresses {
  const known = new Map<string, ReturnType<typeof createEntry>>()
  let sweepAt = sweepMin

  function createEntry() {
    return {
      sockets: 0,
      foundings: createRate(limits.foundingsPerHourMax / 3_600, limits.foundingsBurstMax, nowMs()),
    }
  }

  /** Forgets whoever has no socket and founded nothing of late. */
  function sweep(): void {
    for (const [address, { sockets, foundings }] of known) {
      if (sockets === 0 && foundings.isFull(nowMs())) known.delete(address)
    }
    sweepAt = Math.max(sweepMin, known.size * 2)
  }

  return {
    get size() {
      return known.size
    },
    enter(address) {
      const entry = known.get(address) ?? createEntry()
      if (entry.sockets >= limits.socketsPerAddressMax) return undefined
      entry.sockets += 1
      known.set(address, entry)
      if (known.size >= sweepAt) sweep()
      return {
        mayFound: () => entry.foundings.take(nowMs()),
        leave() {
          entry.sockets -= 1
        },
      }
    },
  }
}

const sweepMin = 1_024

/**
 * The address that `request` comes from: the socket's, or, behind a proxy that is trusted, the last one in X-Forwarded-For, which
 * is what that proxy itself saw. One customer of IPv6 has a whole /64: that counts as one.
 */
export function addressOf(request: IncomingMessage, trustsProxy: boolean): string {
  const header = request.headers['x-forwarded-for']
  const forwarded = String(header ?? '')
    .split(',')
    .at(-1)
    ?.trim()
  const address = (trustsProxy && forwarded) || request.socket.remoteAddress || 'unknown'
  return networkOf(address.slice(0, addressTextMax))
}

/** The longest text of an address: IPv6 with an IPv4 tail. What is longer is none, and must not be kept. */
const addressTextMax = 45

export function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  const [before = '', after] = address.toLowerCase().split('::')
  const left = before === '' ? [] : before.split(':')
  const right = after === undefined || after === '' ? [] : after.split(':')
  const zeros = after === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right]
  return `${groups
    .slice(0, 4)
    .map(group => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
