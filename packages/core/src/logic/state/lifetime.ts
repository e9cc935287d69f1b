/**
 * How long a znode lives, as one number: that of a session, until it is empty, for a time after its last change, or
 * until somebody deletes it. Owns the encoding; who removes what when stands in sweep.ts and operate.ts.
 * Source: ZooKeeper's EphemeralType, which puts the same into `ephemeralOwner`.
 */
import { noSession, type SessionId } from '../base/ids.ts'

declare const lifetime: unique symbol

/** Above 0: the session it goes with. 0: lasting. -1: container. Below: -1 - the TTL in milliseconds. */
export type Lifetime = number & { readonly [lifetime]: true }

export const lasting = 0 as Lifetime
export const untilEmpty = -1 as Lifetime
export const withTtl = (ttlMs: number): Lifetime => (-1 - ttlMs) as Lifetime
export const withSession = (session: SessionId): Lifetime => session as number as Lifetime

/** The session of an ephemeral; 0 for every other kind. */
export const ownerOf = (of: Lifetime): SessionId => (of > 0 ? (of as number as SessionId) : noSession)

/** Milliseconds, or null where it has none. */
export const ttlMsOf = (of: Lifetime): number | null => (of < -1 ? -1 - of : null)

/** Whether sweeps look at it: containers and TTL znodes. */
export const isSwept = (of: Lifetime): boolean => of < 0
