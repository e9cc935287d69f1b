/** Why a keeper did not come to be, or came to its end, as an app is told. */
import type { MissingQuorum } from '../host/worker/protocol.ts'
import type { EnsembleId } from '../logic/base/ids.ts'
import { KeeperError } from './error.ts'
import type { Ending } from './link.ts'

export const endedBy = (ending: Exclude<Ending, { code: 'Forked' }>): KeeperError =>
  new KeeperError(
    ending.code,
    ending.message,
    null,
    null,
    ending.code === 'ReplicaStopped' ? ending.reason : null,
  )

/** A time limit that passed before a member was heard of: a new one does not know whom it waits for. */
export function withNobody(error: unknown, room: string, ensemble: EnsembleId): unknown {
  if (!(error instanceof KeeperError) || error.code !== 'Timeout') return error
  return new KeeperError(
    'Timeout',
    `${error.message}: no voter of ensemble ${ensemble} is in reach. Where none of them will be again, deleteRoom('${room}') ` +
      "forgets it; or connect({ waitFor: 'replica' }) and fork() put a new one in its place, also at an arbiter",
  )
}

/** A time limit that passed, with those who were waited for. */
export function withMissing(error: unknown, { voters, missing }: MissingQuorum): unknown {
  if (!(error instanceof KeeperError) || error.code !== 'Timeout') return error
  const gone = missing.map(({ node, since }) => `${node} since ${new Date(since).toISOString()}`)
  const message = `${error.message}: ${missing.length} of ${voters.length} voters are missing (${gone.join(', ')})`
  return new KeeperError('Timeout', message)
}
