/** What an invite of this demo says: the place to come to, in few letters. And texts to send: a link where others can open it. Pure. */
import { type Address, parseHash } from '../address/address.ts'
import { inviteDataMax } from '../limits.ts'

/** The name of a code in the fragment of an address. */
const field = 'hand'

/**
 * For `invite({ data })`. With the room's secret, by which a server is used that both may have; where a long name leaves no place
 * for it, the devices do without that server.
 */
export function inviteData({ room, ensemble, engine, replicas, secret }: Address): string {
  const fields = [`r=${room}`, `e=${ensemble ?? ''}`]
  if (engine !== 'multi-paxos') fields.push(`p=${engine}`)
  if (replicas === 'per-device') fields.push('d=1')
  const data = fields.join('&')
  const whole = secret === null ? data : `${data}&s=${secret}`
  return whole.length <= inviteDataMax ? whole : data
}

/** Where an invite leads; null where it is no invite of a demo. */
export function addressOfInvite(data: string): Address | null {
  const fields = new URLSearchParams(data)
  const ensemble = fields.get('e')
  if (ensemble === null) return null
  const room = fields.get('r') ?? ''
  const engine = fields.get('p') ?? ''
  const replicas = fields.get('d') === '1' ? 'per-device' : ''
  const secret = fields.get('s') ?? ''
  const address = parseHash(`#${new URLSearchParams({ room, ensemble, engine, replicas, secret })}`)
  return address.ensemble === null ? null : address
}

/** A page that only its own machine can open is of no use in a link. */
const isLocal = (page: URL): boolean => /^(localhost|127\.|\[::1\]|$)/.test(page.hostname)

/** What to send for an invite's code: a link that opens the demo with it, or the code where others cannot open this page. */
export function textToSend(code: string, page: string): string {
  const url = new URL(page)
  url.hash = `${field}=${code}`
  return isLocal(url) ? code : url.href
}

/** The code in `location.hash`; null where there is none. */
export const codeInHash = (hash: string): string | null =>
  new URLSearchParams(hash.replace(/^#/, '')).get(field)
