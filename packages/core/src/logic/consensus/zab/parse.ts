/** Messages of ZAB from outside. What is none is null; extra fields are dropped. */
import { isCounter, isId, type NodeId, nodeId, type Slot, slot } from '../../base/ids.ts'
import { type Ballot, parseBallot } from '../ballot.ts'
import { parseMembership } from '../membership.ts'
import { parseSnapshotMessage } from '../snapshots.ts'
import { parseRun, type Run } from '../value.ts'
import type { Credentials, Message, Place, Report, Standing } from './messages.ts'

type Fields = { readonly [key: string]: unknown }

export function parseMessage(value: unknown): Message | null {
  const fields = fieldsOf(value)
  if (fields === null) return null
  switch (fields['type']) {
    case 'notification':
      return parseNotification(fields)
    case 'followerInfo':
    case 'refused':
      return parseAccepted(fields)
    case 'ackEpoch':
    case 'fetch':
      return parseReported(fields)
    case 'history':
    case 'sync':
      return parseSuffix(fields)
    case 'propose':
    case 'inform':
      return parseEntries(fields)
    case 'read':
    case 'readReply':
      return parseRead(fields)
    case 'snapshotOffer':
    case 'snapshotAsk':
    case 'snapshotPiece':
      return parseSnapshotMessage(fields)
    default:
      return parseOfBallot(fields)
  }
}

function parseNotification({ type, round, state, vote, able, hears, ...rest }: Fields): Message | null {
  const credentials = parseCredentials(rest['credentials'])
  if (type !== 'notification' || credentials === null || !isCounter(round)) return null
  if (state !== 'looking' && state !== 'following' && state !== 'leading') return null
  if ((vote !== null && !isId(vote)) || typeof able !== 'boolean' || typeof hears !== 'boolean') return null
  return { type, round, state, vote: vote === null ? null : nodeId(vote), credentials, able, hears }
}

function parseAccepted({ type, session, ...rest }: Fields): Message | null {
  const accepted = parseBallot(rest['accepted'])
  if (accepted === null) return null
  if (type === 'refused') return { type, accepted }
  return type === 'followerInfo' && isCounter(session) ? { type, session, accepted } : null
}

function parseReported({ type, session, page, ...rest }: Fields): Message | null {
  const ballot = parseBallot(rest['ballot'])
  const report = parseReport(rest['report'])
  if (ballot === null || report === null || !isCounter(page)) return null
  if (type === 'fetch') return { type, ballot, page, report }
  return type === 'ackEpoch' && isCounter(session) ? { type, session, ballot, page, report } : null
}

function parseSuffix({ type, session, page, ...rest }: Fields): Message | null {
  const ballot = parseBallot(rest['ballot'])
  const runs = parseAll(rest['runs'], parseRun)
  const keepThrough = parseSlot(rest['keepThrough'])
  const through = parseSlot(rest['through'])
  if (ballot === null || runs === null || keepThrough === null || through === null) return null
  if (!isCounter(page) || !followEachOther(keepThrough, runs)) return null
  if (type === 'history') return { type, ballot, page, keepThrough, runs, through }
  return type === 'sync' && isCounter(session)
    ? { type, session, ballot, page, keepThrough, runs, through }
    : null
}

/** Whether `runs` come after `keepThrough` without a gap. */
function followEachOther(keepThrough: Slot, runs: readonly Run[]): boolean {
  let next = keepThrough + 1
  for (const { firstSlot, values } of runs) {
    if (firstSlot !== next) return false
    next += values.length
  }
  return true
}

function parseEntries({ type, ...rest }: Fields): Message | null {
  const run = parseRun(rest['run'])
  if (run === null) return null
  if (type === 'inform') return { type, run }
  const chosenThrough = parseSlot(rest['chosenThrough'])
  return type === 'propose' && chosenThrough !== null ? { type, run, chosenThrough } : null
}

function parseRead({ type, session, id, ...rest }: Fields): Message | null {
  if (!isCounter(session) || !isCounter(id)) return null
  if (type === 'read') return { type, session, id }
  const at = parseSlot(rest['slot'])
  return type === 'readReply' && at !== null ? { type, session, id, slot: at } : null
}

function parseOfBallot(fields: Fields): Message | null {
  const { type, session, round, missing, upToDate, to } = fields as { [key: string]: unknown }
  const ballot = parseBallot(fields['ballot'])
  const through = parseSlot(fields['through'])
  const chosenThrough = parseSlot(fields['chosenThrough'])
  if (ballot === null) return null
  switch (type) {
    case 'newEpoch':
    case 'alive':
      return isCounter(session) ? { type, session, ballot } : null
    case 'newLeader':
      return isCounter(session) && through !== null ? { type, session, ballot, through } : null
    case 'ack':
      return isCounter(session) && through !== null && isCounter(round) && typeof missing === 'boolean'
        ? { type, session, ballot, through, round, missing }
        : null
    case 'commit':
      return chosenThrough === null ? null : { type, ballot, chosenThrough }
    case 'ping':
      return chosenThrough !== null && isCounter(round) && typeof upToDate === 'boolean'
        ? { type, ballot, chosenThrough, round, upToDate }
        : null
    case 'handOver':
      return isId(to) ? { type, ballot, to: nodeId(to) as NodeId } : null
    default:
      return null
  }
}

function parseReport(value: unknown): Report | null {
  const credentials = parseCredentials(value)
  const fields = fieldsOf(value)
  if (credentials === null || fields === null) return null
  const chosenThrough = parseSlot(fields['chosenThrough'])
  const ends = parseAll(fields['ends'], parsePlace)
  const memberships = parseAll(fields['memberships'], parseStanding)
  if (chosenThrough === null || ends === null || memberships === null) return null
  if (memberships.some(({ from }) => from < chosenThrough || from > credentials.last.slot)) return null
  const slots = [chosenThrough, ...ends.map(end => end.slot)]
  const ascend = slots.every((at, index) => index === 0 || at > (slots[index - 1] ?? at))
  return ascend && slots.at(-1) === credentials.last.slot
    ? { ...credentials, chosenThrough, ends, memberships }
    : null
}

function parseCredentials(value: unknown): Credentials | null {
  const fields = fieldsOf(value)
  const current: Ballot | null = parseBallot(fields?.['current'])
  const last = parsePlace(fields?.['last'])
  return current && last && { current, last }
}

function parseStanding(value: unknown): Standing | null {
  const fields = fieldsOf(value)
  const from = parseSlot(fields?.['from'])
  const membership = parseMembership(fields?.['membership'])
  return from === null || membership === null ? null : { from, membership }
}

function parsePlace(value: unknown): Place | null {
  const fields = fieldsOf(value)
  const at = parseSlot(fields?.['slot'])
  const ballot = parseBallot(fields?.['ballot'])
  return at === null || ballot === null ? null : { slot: at, ballot }
}

function parseAll<Part>(value: unknown, parse: (part: unknown) => Part | null): readonly Part[] | null {
  if (!Array.isArray(value)) return null
  const parts: Part[] = []
  for (const each of value) {
    const part = parse(each)
    if (part === null) return null
    parts.push(part)
  }
  return parts
}

const parseSlot = (value: unknown): Slot | null => (isCounter(value) ? slot(value) : null)

const fieldsOf = (value: unknown): Fields | null =>
  typeof value === 'object' && value !== null ? (value as Fields) : null
