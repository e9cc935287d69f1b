// From the kill of the leader to the next acknowledged write of a client elsewhere that writes all the while.
import { epochMs, pause } from '../shared/load.mjs'

/** How long the writer writes undisturbed before the kill. */
const leadInMs = 300
/** The writer goes on at least this long after the kill: by then the old leader's last answers are out. */
const afterKillMs = 1_000

/**
 * Kills the leader, measures, brings all back.
 * @param {import('./measure.mjs').Side} side
 * @param {import('./figures.mjs').Figures} figures
 */
export async function measureFailover(side, figures) {
  const { followers } = await side.clients()
  const [writer] = followers
  const { ms, silenceMs } = await departure(writer, () => side.killLeader())
  figures.add(side.name, 'failover', 'ms', ms)
  figures.add(side.name, 'longest silence', 'ms', silenceMs)
  await side.restore()
}

/**
 * What a write elsewhere waits for when `depart` takes a tab away: from then to the answer that ends the longest silence.
 * @param {import('./measure.mjs').Client} writer
 * @param {() => Promise<unknown>} depart
 */
export async function departure(writer, depart) {
  await writer.startWriting()
  await pause(leadInMs)
  const departedAt = epochMs()
  await depart()
  await pause(afterKillMs)
  const { acknowledgedAt } = await writer.stopWriting()
  // The writer goes on for as long as it can before it gives up: what came before that was still of before.
  if ((acknowledgedAt.at(-1) ?? 0) < departedAt + afterKillMs)
    throw new Error('no write was acknowledged for fifteen seconds')
  const { recoveredAt, silenceMs } = longestSilence(acknowledgedAt, departedAt)
  return { ms: recoveredAt - departedAt, silenceMs }
}

/** The longest time between two acknowledgements of which the second came after the kill, and when it ended. */
function longestSilence(acknowledgedAt, killedAt) {
  let silenceMs = 0
  let recoveredAt = killedAt
  for (const [index, at] of acknowledgedAt.entries()) {
    const before = acknowledgedAt[index - 1] ?? at
    if (at < killedAt || at - before <= silenceMs) continue
    silenceMs = at - before
    recoveredAt = at
  }
  if (silenceMs === 0) throw new Error('no write was acknowledged after the leader was killed')
  return { recoveredAt, silenceMs }
}
