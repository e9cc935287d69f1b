/**
 * Who the replica of a folder is: minted once, with its key, and the same for as long as the folder lives. Founding goes as in
 * browsers (host/worker/taking-part.ts): what an arbiter is asked for is on disk first, and asked for again after a crash.
 */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { FoundingArbiter } from '../../host/arbiter.ts'
import { mintNodeKey, nodeIdOf } from '../../host/identity-key.ts'
import { askArbiter } from '../../host/worker/ask-arbiter.ts'
import type { Claim } from '../../host/worker/identity.ts'
import { IdentityError } from '../../host/worker/identity-error.ts'
import { mintId } from '../../host/worker/names.ts'
import { type EnsembleId, ensembleId } from '../../logic/base/ids.ts'
import type { EngineName } from '../../logic/consensus/engine.ts'
import { lockFile } from '../files/lock.ts'
import { type Resident, readResident, writeResident } from './identity-file.ts'

export interface FolderClaim {
  /** There is one, which this process may write to. */
  readonly folder: string
  readonly room: string
  readonly engine: EngineName
  /** The ensemble to take part in; null: the room's, founded where there is none. */
  readonly ensemble: EnsembleId | null
  readonly arbiter: FoundingArbiter | undefined
  readonly signal: AbortSignal
}

/** Where the replica of `folder` keeps what it must not forget. */
export const replicaFile = (folder: string): string => join(folder, 'replica')

/** Claims the replica of a folder for this process. Rejects with an IdentityError, or Node's error. */
export async function claimFolder(claim: FolderClaim): Promise<Claim> {
  const { folder } = claim
  const path = join(folder, 'identity.json')
  const lock = await lockFile(join(folder, 'replica'))
  if (!lock.isHeld) throw new IdentityError('InUse', `${folder} is used by ${lock.by}`)
  try {
    const known = await readResident(path)
    if (known === null && (await isThere(replicaFile(folder))))
      throw new IdentityError(
        'RegistryCorrupt',
        `${path} is gone, and what its replica promised is still there`,
      )
    const resident = await settle(claim, path, known ?? (await mint(claim)))
    const { node, key, ensemble, isFounder, isStored } = resident
    return {
      identity: { node, ensemble, engine: claim.engine, founders: isFounder ? [node] : [] },
      key,
      databaseName: replicaFile(folder),
      stored: isStored,
      markStored: () => writeResident(path, { ...resident, isStored: true }),
      lock: folder,
      release: lock.unlock,
      // Nobody takes the lock of a process that lives.
      lost: new AbortController().signal,
    }
  } catch (cause) {
    lock.unlock()
    throw cause
  }
}

async function mint({ engine, ensemble }: FolderClaim): Promise<Resident> {
  const key = await mintNodeKey({ isExtractable: true })
  const candidate = ensemble ?? ensembleId(mintId())
  return {
    node: await nodeIdOf(key.publicKey),
    key,
    ensemble: candidate,
    state: ensemble === null ? 'founding' : 'member',
    engine,
    isFounder: false,
    isStored: false,
  }
}

/** What is known once nothing is open any more; on disk. */
async function settle(claim: FolderClaim, path: string, resident: Resident): Promise<Resident> {
  const { room, engine, ensemble, arbiter, signal } = claim
  if (resident.engine !== engine)
    throw new IdentityError(
      'Mismatch',
      `${path}: this replica runs on engine ${resident.engine}, not on ${engine}`,
    )
  if (resident.state === 'member') {
    if (ensemble !== null && ensemble !== resident.ensemble)
      throw new IdentityError(
        'ForeignEnsemble',
        `${path}: this replica takes part in ensemble ${resident.ensemble}, not in ${ensemble}: take another folder`,
      )
    if (!resident.isStored) await writeResident(path, resident)
    return resident
  }
  await writeResident(path, resident)
  const standing =
    ensemble ??
    (arbiter === undefined
      ? resident.ensemble
      : await askArbiter(room, signal, each => arbiter.found(resident.ensemble, each)))
  const isFounder = standing === resident.ensemble
  const settled: Resident = { ...resident, state: 'member', ensemble: standing, isFounder }
  await writeResident(path, settled)
  return settled
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
