// The figures that every side is measured by, one round of them. A side has clients, one of which sits at the leader;
// what the clients talk to is the side's own business.

/**
 * @typedef {'set-one' | 'set-many' | 'get' | 'get-linearizable'} Operation
 *
 * @typedef {object} Client
 * @property {(operation: Operation, options: import('../shared/load.mjs').LoadOptions) => Promise<import('../shared/load.mjs').LoadResult>} measure
 * @property {() => Promise<void>} startWriting
 * @property {() => Promise<{ acknowledgedAt: number[], errors: number }>} stopWriting
 *
 * @typedef {object} Side
 * @property {string} name
 * @property {boolean} readsFresh whether it can read linearizably
 * @property {() => Promise<{ leader: Client, followers: Client[] }>} clients
 * @property {() => Promise<void>} killLeader resolves when the kill was ordered
 * @property {() => Promise<void>} restore all replicas are back, and vote
 */

export const inFlightSteps = [1, 16, 256, 1_024]
export const setOperations = ['set-one', 'set-many']

/** Clients of several processes begin together this long after they were told. */
const startDelayMs = 100

/** Runs `operation` on all `clients` at once. */
export function together(clients, operation, { inFlight, ms }) {
  const startAt = Date.now() + startDelayMs
  return Promise.all(clients.map(client => client.measure(operation, { inFlight, ms, startAt })))
}

/** @param {Side} side */
export async function warmUp(side, ms) {
  const { leader, followers } = await side.clients()
  const all = [leader, ...followers]
  await together(all, 'set-many', { inFlight: 256, ms: ms * 3 })
  await together(all, 'get', { inFlight: 256, ms })
  for (const client of all) await client.measure('set-one', { inFlight: 1, ms: ms / 2 })
}

/** @param {Side} side @param {import('./figures.mjs').Figures} figures */
export async function measureRound(side, figures, ms) {
  const { leader, followers } = await side.clients()
  const [follower] = followers
  const alone = { inFlight: 1, ms }
  for (const [at, client] of Object.entries({ leader, follower })) {
    figures.addLatency(side.name, `commit at ${at}`, await client.measure('set-one', alone))
    if (side.readsFresh)
      figures.addLatency(side.name, `fresh read at ${at}`, await client.measure('get-linearizable', alone))
  }
  for (const operation of setOperations) {
    for (const inFlight of inFlightSteps) {
      for (const [who, clients] of Object.entries({ one: [leader], three: [leader, ...followers] })) {
        const results = await together(clients, operation, { inFlight, ms })
        figures.addThroughput(side.name, throughputName(operation, inFlight, who), results)
      }
    }
  }
  figures.addThroughput(side.name, 'set-one 256 follower', [
    await follower.measure('set-one', { inFlight: 256, ms }),
  ])
  const reads = { inFlight: 256, ms }
  figures.addThroughput(side.name, 'get one', [await leader.measure('get', reads)])
  figures.addThroughput(side.name, 'get three', await together([leader, ...followers], 'get', reads))
}

export const throughputName = (operation, inFlight, who) => `${operation} ${inFlight} ${who}`
