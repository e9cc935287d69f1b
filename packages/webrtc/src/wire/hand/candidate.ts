/**
 * Where a peer can be reached: a line of a session description (RFC 8839, section 5.1), and few bytes. Only UDP: browsers
 * offer TCP only as the side that calls, and two callers never meet. What a line says besides (foundation, priority, related
 * address, costs) is made up again from the order.
 */
import { numberBytes, type Reader } from './bytes.ts'

export type CandidateType = 'host' | 'srflx' | 'prflx' | 'relay'

export interface Candidate {
  readonly type: CandidateType
  readonly address: Address
  readonly port: number
}

/** `v4` has four bytes, `v6` sixteen, `mdns` the sixteen of the UUID in `UUID.local`: how browsers hide a local address. */
export interface Address {
  readonly kind: 'v4' | 'v6' | 'mdns'
  readonly bytes: readonly number[]
}

const types = ['host', 'srflx', 'prflx', 'relay'] as const
const kinds = ['v4', 'v6', 'mdns'] as const
/** How much each type is preferred (RFC 8445, section 5.1.2.2). */
const preferences: Readonly<Record<CandidateType, number>> = { host: 126, prflx: 110, srflx: 100, relay: 0 }

const linePattern =
  /^a=candidate:\S+ 1 udp (\d{1,10}) (\S{1,64}) (\d{1,5}) typ (host|srflx|prflx|relay)(?: |$)/i

/** The candidate in a line and its priority; undefined where the line holds none that can be used. */
export function readCandidate(line: string): (Candidate & { readonly priority: number }) | undefined {
  const [, priority, host, portText, typeName] = linePattern.exec(line) ?? []
  const address = host === undefined ? undefined : readAddress(host)
  const type = types.find(each => each === typeName?.toLowerCase())
  const port = Number(portText)
  if (address === undefined || type === undefined || !(port > 0 && port < 65_536)) return undefined
  return { type, address, port, priority: Number(priority) }
}

/** `index` counts the candidates of a description from 0, the best first. */
export function candidateLine({ type, address, port }: Candidate, index: number): string {
  // What follows is less than 2^31: 126 * 2^24 and so on.
  const priority = preferences[type] * 2 ** 24 + (65_535 - index) * 2 ** 8 + 255
  const related = type === 'host' ? '' : ' raddr 0.0.0.0 rport 0'
  return `a=candidate:${index + 1} 1 udp ${priority} ${addressText(address)} ${port} typ ${type}${related}`
}

export const candidateBytes = ({ type, address, port }: Candidate): readonly number[] => [
  types.indexOf(type) * kinds.length + kinds.indexOf(address.kind),
  ...address.bytes,
  ...numberBytes(port, 2),
]

export function readCandidateBytes(reader: Reader): Candidate | undefined {
  const head = reader.number(1)
  if (head === undefined) return undefined
  const type = types[Math.floor(head / kinds.length)]
  const kind = kinds[head % kinds.length]
  const bytes = reader.take(kind === 'v4' ? 4 : 16)
  const port = reader.number(2)
  if (type === undefined || kind === undefined || bytes === undefined || !port) return undefined
  return { type, address: { kind, bytes }, port }
}

function readAddress(text: string): Address | undefined {
  const mdns = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.local$/i.exec(text)?.[1]
  if (mdns !== undefined) return { kind: 'mdns', bytes: hexBytes(mdns.replaceAll('-', '')) }
  const parts = /^\d{1,3}(\.\d{1,3}){3}$/.test(text) ? text.split('.').map(Number) : undefined
  if (parts !== undefined) return parts.every(part => part < 256) ? { kind: 'v4', bytes: parts } : undefined
  return readV6(text)
}

/** RFC 4291, section 2.2, forms 1 and 2. */
function readV6(text: string): Address | undefined {
  if (!/^[0-9a-f:]{2,39}$/i.test(text)) return undefined
  const sides = text.split('::')
  const groups = sides.map(side => (side === '' ? [] : side.split(':')))
  const [front = [], back] = groups
  const given = front.length + (back?.length ?? 0)
  if (sides.length > 2 || (back === undefined ? given !== 8 : given > 7)) return undefined
  const all = [...front, ...Array.from({ length: 8 - given }, () => '0'), ...(back ?? [])]
  if (!all.every(group => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return { kind: 'v6', bytes: all.flatMap(group => numberBytes(Number.parseInt(group, 16), 2)) }
}

function addressText({ kind, bytes }: Address): string {
  switch (kind) {
    case 'v4':
      return bytes.join('.')
    case 'v6':
      return hexOf(bytes)
        .replace(/(.{4})(?!$)/g, '$1:')
        .replace(/\b0{1,3}/g, '')
    case 'mdns':
      return `${hexOf(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}.local`
  }
}

const hexOf = (bytes: readonly number[]): string =>
  bytes.map(byte => byte.toString(16).padStart(2, '0')).join('')

const hexBytes = (hex: string): readonly number[] =>
  Array.from({ length: hex.length / 2 }, (_, index) =>
    Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
  )
