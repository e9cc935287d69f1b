/**
 * In which ensemble a profile takes part: the registered one, else one that it is told to join, founds by itself, or that
 * an arbiter answers. Called under the founding lock only. Does not know which replica is claimed, nor what it has stored.
 *
 * The arbiter is asked for what is on disk here, the candidate and its founder: a worker that dies before, during or after
 * the question leaves the record `founding`, and the next one asks the same. Who is answered its own candidate founds.
 */

import { type EnsembleId, ensembleId } from '../../logic/base/ids.ts'
import type { EngineName } from '../../logic/consensus/engine.ts'
import type { FoundingArbiter } from '../arbiter.ts'
import type { Registered, Registry, Replicas, RoomRecord } from '../storage/registry.ts'
import { abandonEnsemble } from './abandon.ts'
import { askArbiter } from './ask-arbiter.ts'
import { IdentityError } from './identity-error.ts'
import { isAnyAlive, isHeld, nodeLock } from './locks.ts'
import { type MintedNode, mintId, mintNode } from './names.ts'

/** `found-or-join`: the profile's ensemble, founded if it has none. `join`: become a member of that one, never found. */
export type Founding = 'found-or-join' | Joining

export interface Joining {
  readonly join: EnsembleId
  /** Give this one up first, with all that only this profile holds of it. */
  readonly abandon?: EnsembleId | undefined
}

export interface Part {
  readonly room: string
  readonly engine: EngineName
  readonly replicas: Replicas
  readonly founding: Founding
  readonly ephemeral: boolean
  readonly arbiter?: FoundingArbiter | undefined
  readonly signal: AbortSignal
  readonly registry: Registry
  readonly locks: LockManager
}

/** What the profile is to be registered with: `stored` itself where nothing changes. Rejects with an IdentityError. */
export async function takePart(stored: Registered | null, part: Part): Promise<RoomRecord> {
  const { room, founding, locks } = part
  const isOver = stored?.state === 'member' && stored.ephemeral && !(await isAnyAlive(locks, room))
  const current = isOver ? null : stored
  if (founding === 'found-or-join') {
    if (current?.state === 'member') return asAsked(current, part)
    const { candidate, founder, key } = current ?? (await mint())
    const { arbiter, registry, signal } = part
    const minted = { node: founder, key }
    if (arbiter === undefined) return founderOf(candidate, minted, part)
    if (current === null) await registry.write({ state: 'founding', candidate, founder, key })
    const standing = await askArbiter(room, signal, each => arbiter.found(candidate, each))
    return standing === candidate ? founderOf(candidate, minted, part) : memberOf(standing, part)
  }
  const { join, abandon } = founding
  // Known to others only by the arbiter's word: they were told that it is founded here.
  if (current?.state === 'founding' && current.candidate === join)
    return founderOf(join, { node: current.founder, key: current.key }, part)
  if (current?.state !== 'member') return memberOf(join, part)
  if (current.ensemble === join) return asAsked(current, part)
  if (current.ensemble === abandon) {
    const discarded = await abandonEnsemble(part, current)
    return { ...memberOf(join, part), ...(discarded.length > 0 ? { discarded } : {}) }
  }
  throw new IdentityError(
    'ForeignEnsemble',
    `this browser takes part in ensemble ${current.ensemble} of room ${room}, not in ${join}: open that one as a room ` +
      `of another name, or give up what this browser holds of its own: connect({ ensemble: '${join}', abandon: '${current.ensemble}' })`,
  )
}

async function mint() {
  const { node: founder, key } = await mintNode()
  return { candidate: ensembleId(mintId()), founder, key }
}

const memberOf = (ensemble: EnsembleId, { engine, replicas, ephemeral }: Part): RoomRecord => ({
  state: 'member',
  ensemble,
  engine,
  replicas,
  founder: null,
  nodes: [],
  ephemeral,
})

const founderOf = (ensemble: EnsembleId, founder: MintedNode, part: Part): RoomRecord => ({
  ...memberOf(ensemble, part),
  founder: founder.node,
  nodes: [{ ...founder, stored: false }],
})

/** What is registered already, where it is what is asked for. */
async function asAsked(record: RoomRecord, part: Part): Promise<RoomRecord> {
  const { room, engine, replicas, ephemeral, locks } = part
  if (record.engine !== engine)
    throw new IdentityError('Mismatch', `room ${room} runs on engine ${record.engine}, not on ${engine}`)
  // An ephemeral one is none of those that the profile has.
  if (record.replicas === replicas || ephemeral) return record
  const nodes = record.nodes.map(({ node }) => node)
  // With one replica, which nobody runs, the two are the same; of several, those that nobody would run would be missed.
  const [only] = nodes
  const isRunning = only !== undefined && (await isHeld(locks, nodeLock(room, only)))
  if (nodes.length <= 1 && !isRunning) return { ...record, replicas }
  throw new IdentityError(
    'Mismatch',
    `this browser opens room ${room} with replicas: '${record.replicas}', not '${replicas}': do so here too, take a room ` +
      `of another name, or close its tabs and delete its replicas first (deleteReplica: ${nodes.join(', ')})`,
  )
}
