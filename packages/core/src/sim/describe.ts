/** Events, messages and steps as people read them in a trace. Decides nothing; what it says may change at any time. */
import type { Membership } from '../logic/consensus/membership.ts'
import type { Value } from '../logic/consensus/value.ts'
import type { ReplicaEvent } from '../logic/replica/event.ts'
import type { Step, ToPeer } from '../logic/replica/step.ts'
import type { PeerMessage } from '../logic/wire/envelope.ts'
import type { Running } from './observer.ts'

export function describeEvent(event: ReplicaEvent): string {
  switch (event.type) {
    case 'tick':
    case 'leave':
      return ''
    case 'peer':
      return `${event.from}: ${event.messages.map(describeMessage).join('; ')}`
    case 'connected':
    case 'disconnected':
    case 'suspect':
      return event.peer
    case 'client':
      return `${event.client}: ${show(event.request)}`
    case 'clientGone':
      return `${event.client}`
  }
}

export function describeStep({ replica }: Running, step: Step): string {
  const { role, leader, ballot, chosenThrough } = replica.status()
  const parts = [
    `${role} of ${leader ?? 'nobody'}, promised ${ballot.counter}.${ballot.node}, chosen ${chosenThrough}`,
  ]
  if (step.send.length > 0) parts.push(`sends ${describeSent(step.send)}`)
  if (step.persist) parts.push(`writes ${step.persist.log.length} runs`)
  if (step.persist?.snapshot) parts.push(`writes a snapshot through ${step.persist.snapshot.through}`)
  if (step.sendAfterPersist.length > 0) parts.push(`then sends ${describeSent(step.sendAfterPersist)}`)
  if (step.decided.length > 0)
    parts.push(
      `decided ${step.decided.map(({ slot, value }) => `${slot}=${describeValue(value)}`).join(' ')}`,
    )
  for (const { client, event } of step.deliver) parts.push(`tells ${client} ${show(event)}`)
  return parts.join(`\n${' '.repeat(20)}`)
}

const describeSent = (sent: readonly ToPeer[]): string =>
  sent.map(({ to, message }) => `${to}: ${describeMessage(message)}`).join('; ')

export function describeMessage(message: PeerMessage): string {
  switch (message.type) {
    case 'engine':
      return show(message.message)
    case 'forward':
      return `forward ${message.commands.length}`
    case 'touch':
    case 'farewell':
      return `${message.type} ${message.sessions.join()}`
    case 'departed':
      return `departed ${message.node} ${message.sessions.join()}`
    case 'join':
    case 'leave':
      return `${message.type} ${message.node}`
    case 'removed':
    case 'removalKnown':
      return `${message.type} ${message.slot}`
    case 'checkpoint':
      return `checkpoint ${message.slot} ${message.digest}`
    case 'feedFrom':
      return `feedFrom ${message.voters.join()}`
    case 'feeding':
      return `feeding, hears ${message.heard.join()}`
    case 'feeds':
      return `feeds ${message.observers.join()}`
    case 'relay':
      return `to ${message.to.join()}: ${show(message.message)}`
    case 'relayed':
      return `of ${message.from}: ${show(message.message)}`
  }
}

export function describeValue(value: Value): string {
  if (value instanceof Uint8Array) return `${value.length}b`
  return value.type === 'noop' ? 'noop' : describeMembership(value.membership)
}

const describeMembership = ({ voters, observers }: Membership): string =>
  `[${voters.join()}|${observers.join()}]`

/** Plain values on one line: ballots as `7.a`, bytes as their text or length. */
function show(value: unknown): string {
  if (value instanceof Uint8Array) return showBytes(value)
  if (Array.isArray(value)) return `[${value.map(show).join()}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const { type, counter, node, ...rest } = value as { [key: string]: unknown }
  if (counter !== undefined && node !== undefined) return `${String(counter)}.${String(node)}`
  const all = node === undefined ? rest : { node, ...rest }
  const fields = Object.entries(all).map(([key, each]) => `${key}=${show(each)}`)
  return [...(typeof type === 'string' ? [type] : []), ...fields].join(' ')
}

function showBytes(bytes: Uint8Array): string {
  const text = String.fromCharCode(...bytes.subarray(0, 24))
  return /^[ -~]*$/.test(text) && bytes.length <= 24 ? `"${text}"` : `${bytes.length}b`
}
