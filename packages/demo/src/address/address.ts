/**
 * What the address of the page says: which room, and for the invited which ensemble and how to reach it. Pure. What is
 * malformed is left out, so that any address opens something.
 */
import type { EngineName, Replicas } from '@peerkeeper/core'
import { isId } from '@peerkeeper/core/transport'

export interface Address {
  /** The name that tabs and devices share. */
  readonly room: string
  /** Join this ensemble; without it this profile's first tab founds one. */
  readonly ensemble: string | null
  /** The protocol that the ensemble is, or will be, founded with. */
  readonly engine: EngineName
  /** A replica for each tab, so that one browser shows an ensemble, unless the address asks for one for the device. */
  readonly replicas: Replicas
  /** A signaling server, for peers beyond this browser profile. */
  readonly signal: string | null
  /** What only those who are invited know; null where the room is open to whoever knows its name. */
  readonly secret: string | null
}

export const defaultRoom = 'demo'

/** The protocols, as a visitor reads them; the first is meant where an address names none. */
export const engines: readonly {
  readonly name: EngineName
  readonly label: string
  readonly title: string
}[] = [
  { name: 'multi-paxos', label: 'Multi-Paxos', title: 'A stable leader, one round trip a write' },
  { name: 'raft', label: 'Raft', title: 'A leader for each term, logs made equal to its own' },
  { name: 'zab', label: 'ZAB', title: 'What ZooKeeper runs on: epochs, synchronisation, broadcast' },
  { name: 'paxos', label: 'Paxos', title: 'No leader: every slot is a decision of its own, two round trips' },
]

/** The kinds of replicas, as a visitor reads them. */
export const replicaKinds: readonly {
  readonly name: Replicas
  readonly label: string
  readonly title: string
}[] = [
  {
    name: 'per-tab',
    label: 'one a tab',
    title: 'Each tab is a replica of its own: one browser shows an ensemble',
  },
  {
    name: 'per-device',
    label: 'one a browser',
    title:
      'One tab hosts the replica for all tabs of this browser; freeze or close it, and another takes over',
  },
]

const defaultEngine: EngineName = 'multi-paxos'

const secretPattern = /^[0-9A-Za-z_-]{43}$/

/** Whether `hash` says where to go, or leaves it to the page. */
export const namesRoom = (hash: string): boolean => {
  const fields = new URLSearchParams(hash.replace(/^#/, ''))
  return fields.has('room') || fields.has('ensemble')
}

/** Reads `location.hash`. */
export function parseHash(hash: string): Address {
  const fields = new URLSearchParams(hash.replace(/^#/, ''))
  const room = fields.get('room')
  const ensemble = fields.get('ensemble')
  const signal = fields.get('signal')
  const secret = fields.get('secret')
  return {
    room: isId(room) ? room : defaultRoom,
    ensemble: isId(ensemble) ? ensemble : null,
    engine: engines.find(({ name }) => name === fields.get('engine'))?.name ?? defaultEngine,
    replicas: fields.get('replicas') === 'per-device' ? 'per-device' : 'per-tab',
    signal: signal !== null && isSocketUrl(signal) ? signal : null,
    secret: secret !== null && secretPattern.test(secret) ? secret : null,
  }
}

/** A link at `page` (an address without a hash) that leads to the same place. Colons and slashes stay readable. */
export function linkTo(page: string, address: Address): string {
  const { room, ensemble, engine, replicas, signal, secret } = address
  const fields = [`room=${room}`]
  if (ensemble !== null) fields.push(`ensemble=${ensemble}`)
  if (engine !== defaultEngine) fields.push(`engine=${engine}`)
  if (replicas === 'per-device') fields.push(`replicas=${replicas}`)
  if (signal !== null)
    fields.push(`signal=${encodeURIComponent(signal).replace(/%(3A|2F)/g, decodeURIComponent)}`)
  if (secret !== null) fields.push(`secret=${secret}`)
  return `${page}#${fields.join('&')}`
}

/**
 * The room that a visitor of `address` goes to for another engine: an ensemble keeps the engine that it was founded with,
 * so each has a room of its own beside the others.
 */
export function withEngine(address: Address, engine: EngineName): Address {
  return { ...address, room: withSuffix(baseOf(address.room), engine), ensemble: null, engine }
}

/**
 * The room that a visitor of `address` goes to for another kind of replicas: one browser profile opens a room with one kind
 * only, so each has a room of its own, never the one that the visitor comes from.
 */
export function withReplicas(address: Address, replicas: Replicas): Address {
  const { room, engine } = address
  const here = baseOf(room)
  const base = here.endsWith(deviceEnd) ? here.slice(0, -deviceEnd.length) : here
  const wanted = replicas === 'per-device' ? `${base.slice(0, 51)}${deviceEnd}` : base
  const beside = wanted === here ? `${wanted.slice(0, 54)}-tab` : wanted
  return { ...address, room: withSuffix(beside, engine), ensemble: null, replicas }
}

const deviceEnd = '-device'

/** Without what stands for the engine. */
function baseOf(room: string): string {
  const suffix = engines.map(({ name }) => `-${name}`).find(end => room.endsWith(end)) ?? ''
  return room.slice(0, room.length - suffix.length).slice(0, 58)
}

const withSuffix = (base: string, engine: EngineName): string =>
  engine === defaultEngine ? base : `${base}-${engine}`

/** Where an invited ensemble is kept in a profile whose `room` holds another one. */
export const roomBeside = (room: string, ensemble: string): string =>
  `${room.slice(0, 40)}-${ensemble.slice(0, 16)}`

function isSocketUrl(text: string): boolean {
  return URL.canParse(text) && /^wss?:$/.test(new URL(text).protocol)
}
