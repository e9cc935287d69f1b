// State, replica and watches, broken.
import { mutant, ofWatches } from './kinds.mjs'

/** @type {readonly import('./kinds.mjs').Broken[]} */
export const replicaMutants = [
  mutant(
    'applied-twice',
    'a request that comes again is carried out again',
    'state/machine.ts',
    `    if (request.xid < expected) return answerAgain(zxid, request, session)\n`,
    ``,
  ),
  mutant(
    'order-of-requests-lost',
    'a request is carried out though an earlier one is missing',
    'state/machine.ts',
    `    if (request.xid > expected)`,
    `    if (request.xid > expected + 1)`,
  ),
  mutant(
    'expiry-over-a-write',
    'a session ends though it wrote since',
    'state/machine.ts',
    `if (isVoid || session.lastZxid > command.lastZxid) return nothing`,
    `if (isVoid) return nothing`,
  ),
  mutant(
    'read-goes-back',
    'a replica answers with a state older than one its client has seen',
    'replica/reads.ts',
    ` || progress.appliedThrough < request.seenZxid) return false`,
    `) return false`,
  ),
  mutant(
    'own-writes-unseen',
    'a read does not wait for the writes of its own session',
    'replica/reads.ts',
    `if (lastXid < request.afterXid || `,
    `if (`,
  ),
  mutant(
    'answer-before-event',
    'answers overtake the watch events of what they show',
    'replica/replica.ts',
    `deliver: this.#audience.takeTold(),`,
    `deliver: [...this.#audience.takeTold()].sort((a, b) => Number(a.event.type === 'watch') - Number(b.event.type === 'watch')),`,
  ),
  ofWatches(
    'forgets-in-silence',
    'a replica takes its history to reach back further than it does',
    'watch/history.ts',
    `    this.#start = entry.zxid\n`,
    ``,
  ),
  ofWatches(
    'gap-in-silence',
    'a replica that was given a state takes its history to be whole',
    'watch/history.ts',
    `    this.#start = through\n`,
    ``,
  ),
  ofWatches(
    'jump-in-silence',
    'a standing watch is not told that its replica was given a state',
    'replica/watching.ts',
    `    for (const watch of this.#table.watches()) if (watch.resumable) this.#resync(watch)\n`,
    ``,
  ),
  ofWatches(
    'told-twice',
    'a watch that goes on begins with the last transaction that it was told of',
    'watch/history.ts',
    ` > from) high = middle`,
    ` >= from) high = middle`,
  ),
  mutant(
    'apply-by-chance',
    'what a command does differs from replica to replica',
    'state/machine.ts',
    `timeMs = Math.max(timeMs, Math.floor(read.value.timeMs))`,
    `timeMs = Math.floor(1e9 * Math.random())`,
  ),
]
