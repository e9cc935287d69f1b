/**
 * The two codes by which devices meet without a server, as texts that people can send each other in any way they trust:
 *
 *     pk1i-...   invite: who I am reachable as, until when, and what the app adds       pk1a-...   answer to one invite
 *      | |
 *      | kind
 *      version
 *
 * After the dash come bytes in base64url: the body, then its CRC-32 (that of the letters before the dash, too). A code is what
 * lets one in: it is to go only to whom it is meant for. In it stand the fingerprints by which both ends know each other, so
 * who only reads it later, or relays packets between them, gets nothing.
 */
import { handDataMax } from '../limits.ts'
import { fromBase64Url, toBase64Url } from './base64.ts'
import { blockBytes, latinBytes, latinText, numberBytes, type Reader, readerOf } from './bytes.ts'
import { crc32 } from './crc32.ts'
import { readSessionBytes, type SessionEssentials, sessionBytes } from './session.ts'

export interface InviteCode {
  readonly type: 'invite'
  /** Random: the answer names it. 16 hexadecimal digits. */
  readonly id: string
  /** When it is void, by the clock of who made it: milliseconds since 1970, in whole minutes. */
  readonly expiresAtMs: number
  /** The app's, in printable ASCII: which ensemble this is, say. */
  readonly data: string
  readonly session: SessionEssentials
}

export interface AnswerCode {
  readonly type: 'answer'
  /** Of the invite that it answers. */
  readonly id: string
  readonly session: SessionEssentials
}

export type HandCode = InviteCode | AnswerCode

/** Why a text is no code that can be used. */
export interface Unreadable {
  readonly type: 'unreadable'
  readonly why: 'NotACode' | 'OtherVersion' | 'Damaged'
}

const version = '1'
const letters = { invite: 'i', answer: 'a' } as const
const codePattern = /pk([0-9a-z])([a-z])-([A-Za-z0-9_-]*)(.*)$/
const dataPattern = /^[\x20-\x7e]*$/
const minuteMs = 60_000

/** Whether an invite can carry `data`. */
export const isHandData = (data: string): boolean => data.length <= handDataMax && dataPattern.test(data)

export function encodeHandCode(code: HandCode): string {
  const head = `pk${version}${letters[code.type]}`
  const body = [...numberBytes(Number.parseInt(code.id.slice(0, 8), 16), 4)]
  body.push(...numberBytes(Number.parseInt(code.id.slice(8), 16), 4), ...sessionBytes(code.session))
  if (code.type === 'invite')
    body.push(...numberBytes(Math.ceil(code.expiresAtMs / minuteMs), 4), ...blockBytes(latinBytes(code.data)))
  const sum = crc32([...latinBytes(head), ...body])
  return `${head}-${toBase64Url([...body, ...numberBytes(sum, 4)])}`
}

/**
 * The code in `text`: by itself, or at the end of something, a link say. White space, which messengers add, does not matter. Never
 * throws.
 */
export function parseHandCode(text: string): HandCode | Unreadable {
  const found = codePattern.exec(text.length > textMax ? '' : text.replace(/\s+/g, ''))
  const [, itsVersion, letter = '', body = '', rest] = found ?? []
  if (itsVersion === undefined) return { type: 'unreadable', why: 'NotACode' }
  if (itsVersion !== version) return { type: 'unreadable', why: 'OtherVersion' }
  const bytes = rest === '' ? fromBase64Url(body) : undefined
  const sum = latinBytes(`pk${version}${letter}`)
  if (bytes === undefined || readerOf(bytes.slice(-4)).number(4) !== crc32([...sum, ...bytes.slice(0, -4)]))
    return { type: 'unreadable', why: 'Damaged' }
  return readBody(letter, readerOf(bytes.slice(0, -4))) ?? { type: 'unreadable', why: 'Damaged' }
}

/** Whatever holds a code is shorter. */
const textMax = 4_096

function readBody(letter: string, reader: Reader): HandCode | undefined {
  const id = reader
    .take(8)
    ?.map(byte => byte.toString(16).padStart(2, '0'))
    .join('')
  const session = readSessionBytes(reader)
  if (id === undefined || session === undefined) return undefined
  const isOffer = session.setup === 'actpass'
  if (letter === letters.answer)
    return reader.isAtEnd && !isOffer ? { type: 'answer', id, session } : undefined
  const minutes = reader.number(4)
  const data = reader.block()
  if (letter !== letters.invite || minutes === undefined || data === undefined) return undefined
  const text = latinText(data)
  if (!reader.isAtEnd || !isOffer || !isHandData(text)) return undefined
  return { type: 'invite', id, expiresAtMs: minutes * minuteMs, data: text, session }
}
