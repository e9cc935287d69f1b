/** Decided values in words, for people who watch. Nothing depends on it. */
import type { Codec } from '../../logic/base/codec.ts'
import type { Decided } from '../../logic/consensus/engine.ts'
import { readCommand } from '../../logic/state/command.ts'
import { pathOf } from '../../logic/state/operation-facts.ts'
import type { Decision } from './protocol.ts'

export function describe(codec: Codec, { slot, value }: Decided): Decision {
  const bare = { slot, session: null, path: null, membership: null, timeMs: null }
  if (!(value instanceof Uint8Array))
    return { ...bare, what: value.type, membership: value.type === 'membership' ? value.membership : null }
  const read = readCommand(codec, value)
  if (!read.ok) return { ...bare, what: 'unreadable' }
  const { command, timeMs } = read.value
  switch (command.type) {
    case 'openSession':
    case 'lead':
    case 'sweep':
      return { ...bare, timeMs, what: command.type }
    case 'expireSession':
      return { ...bare, timeMs, what: command.type, session: command.session }
    case 'request': {
      const { operation, session } = command
      return { ...bare, timeMs, what: operation.type, session, path: pathOf(operation) }
    }
  }
}
