/**
 * Paths of znodes: checked once, where text comes in, and branded from there on. Owns the rules of what a path may be
 * and the arithmetic on paths; does not know which znodes exist.
 * Source: ZooKeeper Programmer's Guide, "The ZooKeeper Data Model" (permitted characters), and PathUtils.
 */
import { assert } from '../base/assert.ts'
import { pathLengthMax } from '../base/limits.ts'
import { err, ok, type Result } from '../base/result.ts'
import { type Failure, failure } from './error.ts'

declare const znodePath: unique symbol
declare const sequencePrefix: unique symbol

/** An absolute, canonical path: made by {@link parsePath}, or from other paths by the functions here. */
export type ZnodePath = string & { readonly [znodePath]: true }

/** What a sequential create asks for: with ten digits appended it is a path. May end in `/`: the name is then the digits. */
export type SequencePrefix = string & { readonly [sequencePrefix]: true }

export const rootPath = '/' as ZnodePath

/** Where ZooKeeper keeps its own znodes. It exists from the start and no session writes at or below it. */
export const reservedPath = '/zookeeper' as ZnodePath

/** The ensemble's members as a znode. */
export const configPath = '/zookeeper/config' as ZnodePath

/** Quotas stand below, each under the path that it is for. */
export const quotaRootPath = '/zookeeper/quota' as ZnodePath

/** What a sequence number adds to a path. */
export const sequenceDigits = 10

const slash = 0x2f
const dot = 0x2e

/** `text` as a path, or BadArguments saying which rule it breaks. */
export function parsePath(text: unknown): Result<ZnodePath, Failure> {
  const fault = typeof text === 'string' ? faultOf(text) : 'is no text'
  return fault === null ? ok(text as ZnodePath) : err(badPath(text, fault))
}

/** `text` as the prefix of a sequential create. Checked as ZooKeeper does: with the sequence number appended. */
export function parseSequencePrefix(text: unknown): Result<SequencePrefix, Failure> {
  const fault = typeof text === 'string' ? faultOf(text + '0'.repeat(sequenceDigits)) : 'is no text'
  return fault === null ? ok(text as SequencePrefix) : err(badPath(text, fault))
}

/** The path that `prefix` becomes with `sequence`, which is 0 .. 2^31 - 1. */
export const sequencePath = (prefix: SequencePrefix, sequence: number): ZnodePath =>
  (prefix + String(sequence).padStart(sequenceDigits, '0')) as ZnodePath

/** The path above; the root is its own parent. */
export function parentOf(path: ZnodePath): ZnodePath {
  const end = path.lastIndexOf('/')
  return end === 0 ? rootPath : (path.slice(0, end) as ZnodePath)
}

/** The last component; empty for the root. */
export const nameOf = (path: ZnodePath): string => path.slice(path.lastIndexOf('/') + 1)

/** The path of the child `name` of `parent`. `name` is one component, as a list of children gives it. */
export function joinPath(parent: ZnodePath, name: string): ZnodePath {
  const path = parent === rootPath ? `/${name}` : `${parent}/${name}`
  assert(!name.includes('/') && faultOf(path) === null, `a child's name is one component of a path: ${name}`)
  return path as ZnodePath
}

/** The path of a child that is there. */
export const childOf = (parent: ZnodePath, name: string): ZnodePath =>
  (parent === rootPath ? `/${name}` : `${parent}/${name}`) as ZnodePath

/** How many components: 0 for the root. */
export function depthOf(path: ZnodePath): number {
  if (path === rootPath) return 0
  let depth = 0
  for (let i = 0; i < path.length; i++) if (path.charCodeAt(i) === slash) depth++
  return depth
}

/** Whether `path` is at or below `/zookeeper`. */
export const isReserved = (path: ZnodePath): boolean =>
  path.startsWith(reservedPath) && (path.length === reservedPath.length || path[reservedPath.length] === '/')

/** Bytes of `text` in UTF-8, where it holds no surrogates (no path does); each half of a pair counts as three. */
export function utf8Bytes(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 0x7f) bytes += unit > 0x7ff ? 2 : 1
  }
  return bytes
}

/** Which rule `text` breaks, or null. */
function faultOf(text: string): string | null {
  if (text.charCodeAt(0) !== slash) return 'does not start with /'
  if (text.length === 1) return null
  if (text.length > pathLengthMax) return `is longer than ${pathLengthMax} characters`
  let start = 1
  for (let i = 1; i <= text.length; i++) {
    const unit = i === text.length ? slash : text.charCodeAt(i)
    if (unit !== slash) {
      if (isForbidden(unit)) return `holds the character ${unit.toString(16)} (hexadecimal)`
      continue
    }
    if (i === start) return i === text.length ? 'ends with /' : 'has an empty component'
    if (isRelative(text, start, i)) return 'has a relative component'
    start = i + 1
  }
  return null
}

/** Control characters, surrogates, private use (and what ZooKeeper bars with them), specials. */
const isForbidden = (unit: number): boolean =>
  unit < 0x20 || (unit >= 0x7f && (unit <= 0x9f || (unit >= 0xd800 && (unit <= 0xf8ff || unit >= 0xfff0))))

/** Whether the component from `start` up to `end` is `.` or `..`. */
const isRelative = (text: string, start: number, end: number): boolean =>
  text.charCodeAt(start) === dot &&
  (end === start + 1 || (end === start + 2 && text.charCodeAt(start + 1) === dot))

const badPath = (text: unknown, fault: string): Failure =>
  failure('BadArguments', `the path ${JSON.stringify(String(text).slice(0, 200))} ${fault}`)
