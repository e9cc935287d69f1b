// What the command line says.
import { parseArgs } from 'node:util'

/** The parts of a run, in the order in which they are reported. */
export const parts = [
  'floor',
  'commit',
  'devices',
  'channels',
  'page-blocked',
  'broadcast',
  'failover',
  'zookeeper',
  'tree',
  'signaling',
  'departures',
  'observers',
]

/** Only where they are named. */
const slow = new Set(['departures', 'observers'])

export const usage = `npm run bench -- [options]
  --only NAME[,NAME]  of ${parts.join(', ')}; default: all but departures and observers, which take their time
  --seconds N         for each measurement; default 0.6
  --rounds N          default 3; the median of the rounds is reported
  --json FILE         also write all figures of all rounds, and where they were measured
  --profile FOLDER    instead: CPU profiles of the leader's tab and worker, and of a follower's worker, while the
                      leader's tab writes; and how long their transactions take meanwhile
  --in-flight N       writes in flight under --profile; default 256`

/**
 * @typedef {object} Options
 * @property {Set<string>} only
 * @property {number} ms for each measurement
 * @property {number} rounds
 * @property {string | null} json
 * @property {string | null} profile
 * @property {number} inFlight under `profile`
 */

/**
 * @param {string[]} args
 * @returns {Options} Throws an Error with a sentence for people.
 */
export function parseOptions(args) {
  const text = { type: 'string' }
  const { values } = parseArgs({
    args,
    options: { only: text, seconds: text, rounds: text, json: text, profile: text, 'in-flight': text },
  })
  const only = new Set(values.only ? values.only.split(',') : parts.filter(name => !slow.has(name)))
  for (const name of only) if (!parts.includes(name)) throw new Error(`there is no part ${name}`)
  return {
    only,
    ms: positive('--seconds', values.seconds ?? '0.6') * 1_000,
    rounds: Math.ceil(positive('--rounds', values.rounds ?? '3')),
    json: values.json ?? null,
    profile: values.profile ?? null,
    inFlight: Math.ceil(positive('--in-flight', values['in-flight'] ?? '256')),
  }
}

function positive(name, text) {
  const number = Number(text)
  if (!(number > 0 && number <= 1_024))
    throw new Error(`${name} ${text}: give a number over 0, at most 1,024`)
  return number
}
