import { expect, test } from 'vitest'
import { fromBase64Url, toBase64Url } from '../src/wire/hand/base64.ts'
import { latinBytes, readerOf } from '../src/wire/hand/bytes.ts'
import {
  type Candidate,
  candidateBytes,
  candidateLine,
  readCandidate,
  readCandidateBytes,
} from '../src/wire/hand/candidate.ts'
import { encodeHandCode, type HandCode, parseHandCode } from '../src/wire/hand/code.ts'
import { crc32 } from '../src/wire/hand/crc32.ts'
import { readSession, type SessionEssentials, writeSession } from '../src/wire/hand/session.ts'
import { handCandidatesMax, handDataMax } from '../src/wire/limits.ts'
import { capturedSdps } from './hand-sdps.ts'
import { createDice, type Dice } from './random.ts'

const ice = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const kinds = ['v4', 'v6', 'mdns'] as const
const types = ['host', 'srflx', 'prflx', 'relay'] as const
const sides = ['invite', 'answer'] as const
const answerSetups = ['active', 'passive'] as const
const bytesOf = (dice: Dice, count: number) => Array.from({ length: count }, () => dice.below(256))
const textOf = (dice: Dice, alphabet: string, count: number) =>
  Array.from({ length: count }, () => alphabet[dice.below(alphabet.length)]).join('')

function anyCandidate(dice: Dice): Candidate {
  const kind = dice.pick(kinds)
  const bytes = bytesOf(dice, kind === 'v4' ? 4 : 16).map(byte => (dice.below(3) === 0 ? 0 : byte))
  const type = dice.pick(types)
  return { type, address: { kind, bytes }, port: 1 + dice.below(65_535) }
}

function anySession(dice: Dice, type: HandCode['type']): SessionEssentials {
  return {
    setup: type === 'invite' ? 'actpass' : dice.pick(answerSetups),
    ufrag: textOf(dice, ice, 4 + dice.below(61)),
    pwd: textOf(dice, ice, 22 + dice.below(43)),
    fingerprint: bytesOf(dice, 32),
    candidates: Array.from({ length: 1 + dice.below(handCandidatesMax) }, () => anyCandidate(dice)),
  }
}

function anyCode(dice: Dice): HandCode {
  const type = dice.pick(sides)
  const session = anySession(dice, type)
  const id = textOf(dice, '0123456789abcdef', 16)
  if (type === 'answer') return { type, id, session }
  const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('')
  const data = textOf(dice, printable, dice.below(handDataMax + 1))
  return { type, id, expiresAtMs: dice.below(2 ** 26) * 60_000, data, session }
}

const sessionIn = (sdp: string): SessionEssentials => {
  const session = readSession(sdp)
  if (session === undefined) throw new Error('not read')
  return session
}

test('SIG-20 of what Chromium and Firefox say of themselves a code keeps what is needed, and not more', () => {
  for (const { from, type, sdp } of capturedSdps) {
    const session = sessionIn(sdp)
    const line = (name: string) => sdp.split('\r\n').find(each => each.startsWith(`a=${name}:`))
    const made = writeSession(session).split('\r\n')
    for (const name of ['ice-ufrag', 'ice-pwd', 'fingerprint', 'mid', 'sctp-port'])
      expect(made, `${name} of ${from}`).toContain(line(name))
    const places = (lines: readonly string[]) =>
      lines.flatMap(each => readCandidate(each) ?? []).map(({ address, port }) => ({ address, port }))
    const byPort = (a: { port: number }, b: { port: number }) => a.port - b.port
    expect(places(made).sort(byPort)).toEqual(places(sdp.split('\r\n')).sort(byPort))
    const id = '0123456789abcdef'
    const data =
      'r=living-room&e=0123456789abcdef0123456789abcdef&s=abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ'
    const code: HandCode =
      type === 'offer'
        ? { type: 'invite', id, expiresAtMs: 1_800_000_000_000, data, session }
        : { type: 'answer', id, session }
    const text = encodeHandCode(code)
    expect(text).toMatch(/^pk1[ia]-[A-Za-z0-9_-]+$/)
    expect(text.length, from).toBeLessThan(type === 'offer' ? 330 : 200)
    expect(parseHandCode(text)).toEqual(code)
    expect(sessionIn(writeSession(session)).candidates).toEqual(session.candidates)
  }
})

test('SIG-20 a code of a browser is under 400 letters with as many addresses and as much data as there may be', () => {
  for (const { from, sdp } of capturedSdps) {
    const v6 = { type: 'relay', address: { kind: 'v6', bytes: bytesOf(createDice(1), 16) }, port: 9 } as const
    const candidates = Array.from({ length: handCandidatesMax }, () => v6)
    const session: SessionEssentials = { ...sessionIn(sdp), setup: 'actpass', candidates }
    const data = 'x'.repeat(handDataMax)
    const code = { type: 'invite', id: '0123456789abcdef', expiresAtMs: 0, data, session } as const
    expect(encodeHandCode(code).length, from).toBeLessThan(400)
  }
})

test('SIG-20 any code is read back as it was written, by itself, broken into lines, or at the end of a link', () => {
  const dice = createDice(15)
  for (let n = 0; n < 2_000; n++) {
    const code = anyCode(dice)
    const text = encodeHandCode(code)
    const lines = text.replace(/.{30}/g, '$&\r\n ')
    for (const each of [text, ` ${text}\n`, lines, `https://app.example/#room=x&hand=${text}`])
      expect(parseHandCode(each)).toEqual(code)
  }
})

test('SIG-20 an address is read back as the same, in lines and in bytes, however it was written', () => {
  const dice = createDice(7)
  for (let n = 0; n < 5_000; n++) {
    const candidate = anyCandidate(dice)
    const line = candidateLine(candidate, dice.below(100))
    expect(readCandidate(line)).toMatchObject(candidate)
    expect(readCandidateBytes(readerOf(candidateBytes(candidate)))).toEqual(candidate)
  }
  const addressIn = (text: string) =>
    readCandidate(`a=candidate:1 1 udp 5 ${text} 9 typ host`)?.address.bytes.join(' ')
  const loopback = `${'0 '.repeat(15)}1`
  expect(addressIn('::1')).toBe(loopback)
  expect(addressIn('0:0:0:0:0:0:0:1')).toBe(loopback)
  expect(addressIn('FD00::2')).toBe(`253 0 ${'0 '.repeat(13)}2`)
  expect(addressIn('fd00::')).toBe(`253 0${' 0'.repeat(14)}`)
  for (const wrong of [
    '1.2.3',
    '256.1.1.1',
    '::1::',
    ':::',
    '1:2:3',
    '1:2:3:4:5:6:7:8:9',
    'a.local',
    'g::1',
    '12345::',
  ])
    expect(addressIn(wrong), wrong).toBeUndefined()
})

test('SIG-20 where there are too many addresses, each kind of way keeps one', () => {
  const line = (type: string, n: number) =>
    `a=candidate:${n} 1 udp ${2_000_000_000 - n} 10.0.0.${n} ${n} typ ${type}${type === 'host' ? '' : ' raddr 0.0.0.0 rport 0'}`
  const many = [
    ...Array.from({ length: 9 }, (_, n) => line('host', n + 1)),
    line('srflx', 20),
    line('srflx', 21),
    line('relay', 30),
  ]
  const [captured] = capturedSdps
  const sdp = [
    ...(captured?.sdp.split('\r\n').filter(each => !each.startsWith('a=candidate')) ?? []),
    ...many,
  ]
  const { candidates } = sessionIn(sdp.join('\r\n'))
  expect(candidates.map(({ type, port }) => `${type} ${port}`)).toEqual([
    'host 1',
    'host 2',
    'srflx 20',
    'relay 30',
  ])
})

test('SIG-20 a description that is none of one data channel, or has nowhere to be reached at, makes no code', () => {
  const [captured] = capturedSdps
  const sdp = captured?.sdp ?? ''
  expect(readSession(sdp)).toBeDefined()
  for (const [from, to] of [
    [/a=candidate/g, 'a=x'],
    [/a=mid:0/, 'a=mid:data'],
    [/m=application/, 'm=audio'],
    [/a=setup:.*/, 'a=setup:holdconn'],
    [/sha-256/, 'sha-1'],
    [/a=ice-pwd:.*/, 'a=ice-pwd:short'],
    [/a=ice-ufrag:.*/, 'a=ice-ufrag:has space'],
    [/^v=0/, 'm=audio 9 RTP/AVP 0\r\nv=0'],
  ] as const)
    expect(readSession(sdp.replace(from, to)), String(from)).toBeUndefined()
  expect(readSession('')).toBeUndefined()
})

test('SIG-21 what is no code, is of another version, or was mistyped is told apart', () => {
  const dice = createDice(16)
  const good = encodeHandCode(anyCode(dice))
  const why = (text: string) => parseHandCode(text)
  for (const text of [
    '',
    'hello',
    'https://app.example/#room=demo',
    'pk1i',
    good.slice(3),
    'x'.repeat(100_000),
  ])
    expect(why(text)).toEqual({ type: 'unreadable', why: 'NotACode' })
  for (const text of [good.replace('pk1', 'pk2'), 'pkzi-', 'pk0a-AAAA'])
    expect(why(text)).toEqual({ type: 'unreadable', why: 'OtherVersion' })
  for (const text of [
    `${good}x`,
    `${good} thanks`,
    `${good}.`,
    'pk1i-',
    'pk1a-AAAA',
    good.slice(0, -1),
    good.replace(/^pk1./, 'pk1x'),
  ])
    expect(why(text), text).toEqual({ type: 'unreadable', why: 'Damaged' })
})

test('SIG-21 every letter of a code that is another one, is missing or has changed places is noticed', () => {
  const dice = createDice(3)
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  for (let round = 0; round < 20; round++) {
    const code = encodeHandCode(anyCode(dice))
    for (let at = 5; at < code.length; at++) {
      const other = alphabet[(alphabet.indexOf(code[at] ?? '') + 1 + dice.below(63)) % 64]
      const swapped = code.slice(0, at) + (code[at + 1] ?? '') + (code[at] ?? '') + code.slice(at + 2)
      for (const wrong of [
        code.slice(0, at) + other + code.slice(at + 1),
        code.slice(0, at) + code.slice(at + 1),
        swapped,
      ])
        if (wrong !== code) expect(parseHandCode(wrong)).toEqual({ type: 'unreadable', why: 'Damaged' })
    }
  }
})

test('SIG-21 100,000 texts of garbage throw nothing; what is let through is a code, also where the sum was made to fit', () => {
  const dice = createDice(100_000)
  const counts = new Map<string, number>()
  const goods = [anyCode(dice), ...Array.from({ length: 200 }, () => anyCode(dice))].map(encodeHandCode) as [
    string,
    ...string[],
  ]
  for (let n = 0; n < 100_000; n++) {
    const parsed = parseHandCode(garbage(dice, dice.pick(goods)))
    const kind = parsed.type === 'unreadable' ? parsed.why : parsed.type
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    // Whatever is let through is written as it was read, and makes a description of harmless lines.
    if (parsed.type === 'unreadable') continue
    if (n % 10 === 0) expect(parseHandCode(encodeHandCode(parsed))).toEqual(parsed)
    if (!/^([a-z]=[ -~]{1,200}\r\n)+$/.test(writeSession(parsed.session)))
      throw new Error('a line that is none')
  }
  for (const kind of ['NotACode', 'OtherVersion', 'Damaged', 'invite', 'answer'])
    expect(counts.get(kind), kind).toBeGreaterThan(100)
})

/** Near misses, most with a sum that fits, so that what is behind it is tried too. */
function garbage(dice: Dice, good: string): string {
  const bytes = [...(fromBase64Url(good.slice(5)) ?? [])].slice(0, -4)
  switch (dice.below(8)) {
    case 0:
      return String.fromCharCode(...Array.from({ length: dice.below(300) }, () => dice.below(65_536)))
    case 1:
      return `pk${dice.pick(['0', '1', '2', 'z'])}${dice.pick(['i', 'a', 'x'])}-${toBase64Url(bytesOf(dice, dice.below(200)))}`
    case 2:
      return good.slice(0, dice.below(good.length))
    case 3:
      bytes.splice(dice.below(bytes.length), dice.below(20))
      break
    case 4:
      bytes.splice(dice.below(bytes.length), 0, ...bytesOf(dice, 1 + dice.below(20)))
      break
    case 5:
      bytes.splice(0, bytes.length, ...bytesOf(dice, dice.below(300)))
      break
    default:
      bytes[dice.below(bytes.length)] = dice.below(256)
  }
  const head = `pk1${dice.pick(['i', 'a'])}`
  const sum = crc32([...latinBytes(head), ...bytes])
  return `${head}-${toBase64Url([...bytes, ...[24, 16, 8, 0].map(shift => (sum >>> shift) & 255)])}`
}

test('SIG-21 bytes and their letters: what no bytes make is refused; the sum is the usual one', () => {
  const dice = createDice(1)
  for (let n = 0; n < 300; n++) {
    const bytes = bytesOf(dice, n)
    expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString('base64url'))
    expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes)
  }
  for (const wrong of ['A', 'AAAAA', 'AB', 'AA=', 'A+AA', 'AA AA', 'é'])
    expect(fromBase64Url(wrong)).toBeUndefined()
  expect(crc32(latinBytes('123456789'))).toBe(0xcbf43926)
})
