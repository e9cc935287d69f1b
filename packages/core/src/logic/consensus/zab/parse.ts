/** Messages of ZAB from outside. What is none is null; extra fields are dropped. */
import type { Slot } from '../../base/ids.ts'
import {
  aCounter,
  aFlag,
  aNodeId,
  aSlot,
  listOf,
  oneOf,
  orNull,
  record,
  union,
  where,
} from '../../base/shape.ts'
import { aBallot } from '../ballot.ts'
import { aMembership } from '../membership.ts'
import { snapshotMessages } from '../snapshots.ts'
import { aRun, type Run } from '../value.ts'
import type { Credentials, Message, Place, Report, Standing } from './messages.ts'

const aPlace = record<Place>({ slot: aSlot, ballot: aBallot })
const credentials = { current: aBallot, last: aPlace }
const aStanding = record<Standing>({ from: aSlot, membership: aMembership })

const aReport = where(
  record<Report>({
    ...credentials,
    chosenThrough: aSlot,
    ends: listOf(aPlace),
    memberships: listOf(aStanding),
  }),
  isWhole,
)

const ofSession = { session: aCounter, ballot: aBallot }
const reported = { ballot: aBallot, page: aCounter, report: aReport }
const suffix = {
  ballot: aBallot,
  page: aCounter,
  keepThrough: aSlot,
  runs: listOf(aRun),
  through: aSlot,
}
const read = { session: aCounter, id: aCounter }

const aMessage = union<Message>({
  notification: record({
    round: aCounter,
    state: oneOf('looking', 'following', 'leading'),
    vote: orNull(aNodeId),
    credentials: record<Credentials>(credentials),
    able: aFlag,
    hears: aFlag,
  }),
  followerInfo: record({ session: aCounter, accepted: aBallot }),
  newEpoch: record(ofSession),
  ackEpoch: record({ ...reported, session: aCounter }),
  fetch: record(reported),
  history: where(record(suffix), followEachOther),
  sync: where(record({ ...suffix, session: aCounter }), followEachOther),
  newLeader: record({ ...ofSession, through: aSlot }),
  ack: record({ ...ofSession, through: aSlot, round: aCounter, missing: aFlag }),
  alive: record(ofSession),
  propose: record({ run: aRun, chosenThrough: aSlot }),
  inform: record({ run: aRun }),
  commit: record({ ballot: aBallot, chosenThrough: aSlot }),
  ping: record({ ballot: aBallot, chosenThrough: aSlot, round: aCounter, upToDate: aFlag }),
  refused: record({ accepted: aBallot }),
  handOver: record({ ballot: aBallot, to: aNodeId }),
  read: record(read),
  readReply: record({ ...read, slot: aSlot }),
  ...snapshotMessages,
})

export const parseMessage = (value: unknown): Message | null => aMessage(value) ?? null

/** Whether the ends ascend from what is chosen to the last entry, and the memberships lie in between. */
function isWhole({ last, chosenThrough, ends, memberships }: Report): boolean {
  if (memberships.some(({ from }) => from < chosenThrough || from > last.slot)) return false
  const slots = [chosenThrough, ...ends.map(end => end.slot)]
  const ascend = slots.every((at, index) => index === 0 || at > (slots[index - 1] ?? at))
  return ascend && slots.at(-1) === last.slot
}

/** Whether `runs` come after `keepThrough` without a gap. */
function followEachOther({
  keepThrough,
  runs,
}: {
  readonly keepThrough: Slot
  readonly runs: readonly Run[]
}): boolean {
  let next = keepThrough + 1
  for (const { firstSlot, values } of runs) {
    if (firstSlot !== next) return false
    next += values.length
  }
  return true
}
