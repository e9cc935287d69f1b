/** Ends a session as if its time had run out: by the command that the doer would have put into the log. */
import { createCodec } from '../host/codec.ts'
import { sessionId, slot } from '../logic/base/ids.ts'
import { encodeCommand } from '../logic/state/command.ts'
import type { InProcessReplica } from './replica.ts'

const codec = createCodec()

/** Has whoever of `replicas` can propose it; nothing where none can. To be asked again: a proposal may be lost. */
export function proposeExpiry(replicas: readonly InProcessReplica[], session: number): void {
  const replica = replicas.find(({ status, node }) => status?.proposer === node)
  if (!replica?.status) return
  const body = encodeCommand(codec, {
    type: 'expireSession',
    session: sessionId(session),
    leadership: replica.status.leadership,
    lastZxid: slot(Number.MAX_SAFE_INTEGER),
  })
  replica.push({ type: 'peer', from: replica.node, messages: [{ type: 'forward', commands: [body] }] })
}
