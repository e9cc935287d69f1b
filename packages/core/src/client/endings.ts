/** Why a keeper did not come to be, or came to its end, as an app is told. */
import type { MissingQuorum } from '../host/worker/protocol.ts'
import type { EnsembleId } from '../logic/base/ids.ts'
import { isKeeperError, KeeperError } from './error.ts'
import type { ForeignEnsemble } from './events.ts'
import type { Ending } from './link.ts'

export const endedBy = ({ code, message }: Ending): KeeperError =>
  code === 'WorkerDied'
    ? new KeeperError(code, message)
    : new KeeperError('ReplicaStopped', `${code}: ${message}`, null, null, code)

/**
 * Why `connect` failed: where its time limit passed with whom it waited for, or, as a new member of `alone`, that it does not
 * know whom.
 */
export function explained(
  error: unknown,
  missing: MissingQuorum | null,
  alone: EnsembleId | null,
  room: string,
): unknown {
  if (!isKeeperError(error, 'Timeout')) return error
  const why =
    missing !== null
      ? missed(missing)
      : alone !== null
        ? `no voter of ensemble ${alone} is in reach. ${waysOut(room)}`
        : null
  return why === null ? error : new KeeperError('Timeout', `${error.message}: ${why}`)
}

const waysOut = (room: string): string =>
  `Where none of them will be again, deleteRoom('${room}') forgets it; or connect({ waitFor: 'replica' }) and fork() put a ` +
  'new one in its place, also at an arbiter'

function missed({ voters, missing }: MissingQuorum): string {
  const gone = missing.map(({ node, since }) => `${node} since ${new Date(since).toISOString()}`)
  return `${missing.length} of ${voters.length} voters are missing (${gone.join(', ')})`
}

/** Another ensemble was founded where one was meant: what to do. */
export const foreignTold = (ensemble: EnsembleId, own: EnsembleId): ForeignEnsemble => ({
  ensemble,
  message:
    `ensemble ${ensemble} is in the room of this one, ${own}: two were founded where one was meant, and two do not mix. ` +
    'Choose one of them. Who is in the other gives that up, with all that only it holds, and joins: ' +
    `connect({ ensemble: '${ensemble}', abandon: '${own}' }) here, or the other way round there`,
})
