/**
 * What a folder knows of the replica in it: one JSON file, which only its owner may read, because the replica's key is in it. It is
 * put in place as a whole, so a crash leaves one state or the next.
 *
 *     nothing ──> founding ──> member      founding: an arbiter is being asked, or was when the process died
 *        └───────────────────────^        by invitation
 */
import { readFile } from 'node:fs/promises'
import { type NodeKey, nodeIdOf, parseNodeKey } from '../../host/identity-key.ts'
import { IdentityError } from '../../host/worker/identity-error.ts'
import { type EnsembleId, ensembleId, isId, type NodeId } from '../../logic/base/ids.ts'
import { nodeFiles } from '../files/file-system.ts'
import { isCode } from '../files/is-code.ts'
import { replaceFile } from '../files/replace.ts'

export interface Resident {
  readonly node: NodeId
  readonly key: NodeKey
  /** In which it takes part; while `founding` that which it asks for. */
  readonly ensemble: EnsembleId
  readonly state: 'founding' | 'member'
  readonly engine: string
  /** It founded the ensemble. */
  readonly isFounder: boolean
  /** Its storage was opened once: from then on an empty one means a loss. */
  readonly isStored: boolean
}

/** Who lives in `path`; null where nobody ever did. Rejects with an IdentityError `RegistryCorrupt`, or Node's error. */
export async function readResident(path: string): Promise<Resident | null> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null
    throw error
  }
  const resident = await parseResident(text)
  if (resident !== null) return resident
  throw new IdentityError(
    'RegistryCorrupt',
    `${path} is not what was written: bring it back from a copy, or remove its folder: a new member takes this one's place`,
  )
}

/** Durable when it resolves. The key must be extractable. */
export async function writeResident(path: string, resident: Resident): Promise<void> {
  const { key, ...facts } = resident
  const privateKey = await crypto.subtle.exportKey('jwk', key.privateKey)
  const text = JSON.stringify({ version: 1, ...facts, privateKey }, null, 2)
  await replaceFile(nodeFiles, path, [new TextEncoder().encode(`${text}\n`)])
}

async function parseResident(text: string): Promise<Resident | null> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const { version, node, ensemble, state, engine, isFounder, isStored, privateKey } = value as Partial<
    Record<string, unknown>
  >
  if (version !== 1 || !isId(node) || !isId(ensemble) || typeof engine !== 'string') return null
  if (state !== 'founding' && state !== 'member') return null
  if (typeof isFounder !== 'boolean' || typeof isStored !== 'boolean') return null
  const key = await parseKey(privateKey)
  if (key === null) return null
  const own = await nodeIdOf(key.publicKey)
  return own === node
    ? { node: own, key, ensemble: ensembleId(ensemble), state, engine, isFounder, isStored }
    : null
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const

async function parseKey(value: unknown): Promise<NodeKey | null> {
  if (typeof value !== 'object' || value === null) return null
  const { d: _, ...open } = value as JsonWebKey
  try {
    const privateKey = await crypto.subtle.importKey('jwk', value as JsonWebKey, algorithm, true, ['sign'])
    const publicHalf = { ...open, key_ops: ['verify'] }
    const publicKey = await crypto.subtle.importKey('jwk', publicHalf, algorithm, true, ['verify'])
    return parseNodeKey({
      publicKey: new Uint8Array(await crypto.subtle.exportKey('raw', publicKey)),
      privateKey,
    })
  } catch {
    return null
  }
}
