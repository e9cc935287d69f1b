/**
 * The lines of a foundings file. After a head line each line is one write: a checksum, a space, and the foundings of that
 * write as JSON, so that a write is there as a whole or not at all. A later line about a room replaces an earlier one.
 *
 *     peerkeeper-foundings 1
 *     0f3a...  [["room","ensemble"],["other room","ensemble"]]
 *
 * What follows the last newline is a write that a crash cut short: it was never answered, so it is left out. A whole line
 * that is wrong, wherever it stands, is damage that nobody may guess away.
 */
import { createHash } from 'node:crypto'
import { isText, parseJson } from '../../wire/guards.ts'
import { roomTextMax } from '../../wire/limits.ts'
import { isServerId } from '../../wire/server-protocol.ts'
import type { Founding } from './book.ts'
import { FoundingsError } from './error.ts'

const head = 'peerkeeper-foundings 1\n'

/** A file that holds `foundings` and nothing else. */
export function encodeFile(foundings: readonly Founding[]): string {
  return foundings.length === 0 ? head : head + encodeWrite(foundings)
}

/** The line of one write. */
export function encodeWrite(foundings: readonly Founding[]): string {
  const json = JSON.stringify(foundings.map(({ room, ensemble }) => [room, ensemble]))
  return `${checksum(json)} ${json}\n`
}

/** All foundings in `text`, later ones after earlier ones. Throws FoundingsError('corrupt'). */
export function decodeFile(text: string, path: string): Founding[] {
  if (!text.startsWith(head)) throw corrupt(path, 1, 'it does not begin like a foundings file')
  const lines = text.slice(head.length).split('\n')
  // What stands after the last newline: nothing, or a write that was cut short.
  lines.pop()
  return lines.flatMap((line, index) => {
    const foundings = decodeWrite(line)
    if (foundings === undefined) throw corrupt(path, index + 2, 'the checksum or the content is wrong')
    return foundings
  })
}

function decodeWrite(line: string): Founding[] | undefined {
  const json = line.slice(sumLength + 1)
  if (line !== `${checksum(json)} ${json}`) return undefined
  const value = parseJson(json)
  if (!Array.isArray(value)) return undefined
  const foundings: Founding[] = []
  for (const pair of value) {
    if (!Array.isArray(pair) || pair.length !== 2) return undefined
    const [room, ensemble]: readonly unknown[] = pair
    if (!isText(room, roomTextMax) || !isServerId(ensemble)) return undefined
    foundings.push({ room, ensemble })
  }
  return foundings
}

/** Against damage, not against people. */
const sumLength = 16
const checksum = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, sumLength)

function corrupt(path: string, line: number, what: string): FoundingsError {
  const wayOut = 'Bring the file back from a copy; to do without it would let its rooms be founded twice.'
  return new FoundingsError('corrupt', `${path}, line ${line}: ${what}. ${wayOut}`)
}
