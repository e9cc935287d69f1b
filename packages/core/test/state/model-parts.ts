/** What the naive model is made of: plain values and what can be said of them. */
import type { Command, Operation } from '../../src/logic/state/command.ts'

export interface Line {
  readonly scheme: string
  readonly id: string
  readonly perms: number
}

export interface Node {
  path: string
  data: string
  czxid: number
  mzxid: number
  pzxid: number
  ctime: number
  mtime: number
  version: number
  aversion: number
  creates: number
  deletes: number
  /** A session, or 0. */
  owner: number
  container: boolean
  ttlMs: number
  acl: Line[]
}

export interface Session {
  id: number
  token: string
  timeoutMs: number
  lastXid: number
  lastZxid: number
  acknowledged: number
  identities: { scheme: string; id: string }[]
  answers: { xid: number; answer: string }[]
  open: boolean
}

/** Kept whole for a multi that fails. */
export interface World {
  nodes: Node[]
  changes: string[]
  over: string[]
}

export type Request = Extract<Command, { type: 'request' }>
export type Limits = NonNullable<Extract<Operation, { type: 'setQuota' }>['limits']>

export const [READ, WRITE, CREATE, DELETE, ADMIN] = [1, 2, 4, 8, 16]
export const unusedMs = 3_600_000

export const parentOf = (path: string): string => path.split('/').slice(0, -1).join('/') || '/'
export const hex = (data: Uint8Array): string => Array.from(data, byte => byte.toString(16)).join(' ')
export const ascii = (text: string): string => Array.from(text, c => c.charCodeAt(0).toString(16)).join(' ')
export const isGiven = (path: string): boolean => /^\/zookeeper($|\/)/.test(path)
export const isAt = (path: string, top: string): boolean => path === top || path.startsWith(`${top}/`)
export const open: Line[] = [{ scheme: 'world', id: 'anyone', perms: 31 }]
export const readOnly: Line[] = [{ scheme: 'world', id: 'anyone', perms: READ }]

export const lengthOf = (data: string): number => (data === '' ? 0 : data.split(' ').length)

export function isValid(scheme: string, id: string): boolean {
  if (scheme === 'world') return id === 'anyone'
  if (scheme === 'digest') return id.split(':').length === 2 && !id.endsWith(':')
  return scheme === 'key' && /^[0-9A-Za-z_-]{87}$/.test(id)
}
