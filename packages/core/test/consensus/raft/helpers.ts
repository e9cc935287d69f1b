/** What the scenarios share: how a trace is compared, and which letters pass. */
import { expect } from 'vitest'
import { type NodeId, nodeId } from '../../../src/logic/base/ids.ts'
import type { MembershipChange } from '../../../src/logic/consensus/membership.ts'
import type { Message } from '../../../src/logic/consensus/raft/messages.ts'
import type { Letter, Scenario } from './scenario.ts'

export const matchesTrace = (table: Scenario, name: string) =>
  expect(table.trace).toMatchFileSnapshot(`./traces/${name}.txt`)

export const change = (type: MembershipChange['type'], node: string) =>
  ({ type: 'changeMembership', change: { type, node: nodeId(node) } }) as const

export const isOf =
  (...types: readonly Message['type'][]) =>
  ({ message }: Letter) =>
    types.includes(message.type)

/** Elections go through, and nothing that the winner says. */
export const onlyVotes = isOf('preVote', 'preVoteReply', 'requestVote', 'vote', 'refused')

export const id = (name: string): NodeId => nodeId(name)

export const chosen = (table: Scenario, ...names: readonly string[]) =>
  names.map(name => table.status(name).chosenThrough)
