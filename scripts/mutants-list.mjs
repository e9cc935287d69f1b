/**
 * Builds that are broken on purpose. Each is a change of the sources that `npm run mutants` must see fail: a checker that
 * has never caught anything proves nothing. `find` stands exactly once in `file`, or the run fails loudly.
 */

/** @typedef {{ file: string, find: string, replace: string }} Edit paths below packages/core/src/logic */
/**
 * `engine`: who is simulated; `options`: how, besides.
 * @typedef {{ name: string, breaks: string, engine: string, edits: readonly Edit[], options?: readonly string[] }} Mutant
 */

const mutant = (name, breaks, file, find, replace) => ({
  name,
  breaks,
  engine: file.startsWith('consensus/raft/') ? 'raft' : 'multi-paxos',
  edits: [{ file, find, replace }],
})

const ofPaxos = (name, breaks, file, find, replace) => ({
  name: `paxos-${name}`,
  breaks,
  engine: 'paxos',
  edits: [{ file: `consensus/paxos/${file}`, find, replace }],
})

const ofZab = (name, breaks, file, find, replace) => ({
  name: `zab-${name}`,
  breaks,
  engine: 'zab',
  edits: [{ file: `consensus/zab/${file}`, find, replace }],
})

/** Seen by clients who watch the whole tree and go on from what they know. */
const ofWatches = (name, breaks, file, find, replace) => ({
  name: `watch-${name}`,
  breaks,
  engine: 'multi-paxos',
  options: ['--followed', '20'],
  edits: [{ file, find, replace }],
})

const engine = 'consensus/multi-paxos'
const raft = 'consensus/raft'

/** @type {readonly Mutant[]} */
export const mutants = [
  mutant(
    'accepted-before-written',
    'a follower vouches for what is not yet on its disk',
    `${engine}/follower.ts`,
    `effects.sendAfterPersist(to, {\n    type: 'accepted'`,
    `effects.send(to, {\n    type: 'accepted'`,
  ),
  mutant(
    'promise-before-written',
    'an acceptor answers a prepare before its promise is on disk',
    `${engine}/acceptor.ts`,
    `effects.sendAfterPersist(from, {\n    type: 'promise'`,
    `effects.send(from, {\n    type: 'promise'`,
  ),
  mutant(
    'own-vote-before-written',
    'a leader counts itself before its own write',
    `${engine}/leader.ts`,
    `effects.sendAfterPersist(core.self, { type: 'accepted'`,
    `effects.send(core.self, { type: 'accepted'`,
  ),
  mutant(
    'ballot-before-written',
    'a candidate uses a ballot that it may forget, and use again',
    `${engine}/candidate.ts`,
    `effects.sendAfterPersist(node, { type: 'prepare', ballot, from })`,
    `effects.send(node, { type: 'prepare', ballot, from })`,
  ),
  mutant(
    'promise-not-written',
    'a promise stays in memory',
    `${engine}/acceptor.ts`,
    `  effects.saveHardState()\n`,
    ``,
  ),
  mutant(
    'value-not-written',
    'an accepted value stays in memory',
    `${engine}/acceptor.ts`,
    `  if (fresh) effects.append({ ballot: run.ballot, ...fresh })\n  return true`,
    `  return true`,
  ),
  mutant(
    'promise-forgotten',
    'a restarted acceptor has promised nothing',
    `${engine}/multi-paxos.ts`,
    `    core.promised = ballot\n`,
    `    core.promised = noBallot\n`,
  ),
  mutant(
    'ballot-reused',
    'a restarted candidate counts its ballots from the beginning',
    `${engine}/multi-paxos.ts`,
    `    core.highestSeen = ballot\n`,
    `    core.highestSeen = noBallot\n`,
  ),
  mutant(
    'quorum-too-small',
    'half of the voters decide',
    'consensus/quorum.ts',
    `Math.floor(voters.length / 2) + 1`,
    `Math.max(1, Math.floor(voters.length / 2))`,
  ),
  mutant(
    'lowest-ballot-wins',
    'a new leader takes over the value of the lowest ballot reported',
    'consensus/paxos/proposer.ts',
    `compareBallots(b.ballot, a.ballot) > 0`,
    `compareBallots(b.ballot, a.ballot) < 0`,
  ),
  mutant(
    'value-dropped',
    'a new leader fills every open slot with a no-op',
    `${engine}/leader.ts`,
    `queue.push(found.get(at)?.value ?? noop)`,
    `queue.push(noop)`,
  ),
  mutant(
    'hole-closed-up',
    'a new leader leaves holes out, so that values move to other slots',
    `${engine}/leader.ts`,
    `    queue.push(found.get(at)?.value ?? noop)`,
    `    queue.push(...(found.has(at) ? [found.get(at)?.value ?? noop] : []))`,
  ),
  mutant(
    'promises-of-a-minority',
    'a candidate leads once anybody promised',
    `${engine}/candidate.ts`,
    `isQuorum(voters, node => role.promises.has(node))`,
    `voters.some(node => role.promises.has(node))`,
  ),
  mutant(
    'accepts-below-promise',
    'an acceptor accepts ballots below its promise',
    'consensus/paxos/acceptor.ts',
    `return compareBallots(ballot, promised) >= 0 ? 'accept' : 'refuse'`,
    `return compareBallots(ballot, promised) >= -1 ? 'accept' : 'refuse'`,
  ),
  mutant(
    'promises-again',
    'an acceptor promises a ballot below the one it promised',
    'consensus/paxos/acceptor.ts',
    `    case -1:\n      return 'refuse'`,
    `    case -1:\n      return 'repeat'`,
  ),
  mutant(
    'counted-over-ballots',
    'a follower vouches for what it accepted in an older ballot',
    `${engine}/follower.ts`,
    `if (next === undefined || !sameBallot(next.ballot, leader.ballot)) return through`,
    `if (next === undefined) return through`,
  ),
  mutant(
    'watermark-believed',
    'a follower takes what it holds for chosen because the leader is further',
    `${engine}/follower.ts`,
    `learnThrough(core, slot(Math.min(chosen, role.matchedThrough)), effects)`,
    `learnThrough(core, slot(Math.min(chosen, core.log.lastSlot)), effects)`,
  ),
  mutant(
    'observers-count',
    'a leader counts the slowest member that any two of all members beat',
    `${engine}/leader.ts`,
    `const reached = quorumSlot(core.membership.voters, matched)`,
    `const reached = quorumSlot(core.membership.voters.slice(0, 1), matched)`,
  ),
  mutant(
    'pipeline-left-open',
    'values after a membership change are counted by the membership before it',
    `${engine}/leader.ts`,
    `    if (isChange(value)) role.changingAt = role.proposedThrough\n`,
    ``,
  ),
  mutant(
    'read-without-round',
    'a leader answers reads without asking whether it still leads',
    'consensus/reads.ts',
    `const confirmed = quorumSlot(voters, echoed)`,
    `const confirmed = role.round`,
  ),
  {
    name: 'read-before-established',
    engine: 'multi-paxos',
    breaks: 'a new leader answers reads before it knows what was chosen before it',
    edits: [
      {
        file: 'consensus/reads.ts',
        find: `const at = slot(Math.max(chosenThrough, role.establishedAt))`,
        replace: `const at = chosenThrough`,
      },
      {
        file: 'consensus/reads.ts',
        find: `if (role.reads.length === 0 || chosenThrough < role.establishedAt) return`,
        replace: `if (role.reads.length === 0) return`,
      },
    ],
  },
  mutant(
    'echo-of-old-round',
    'a read counts on a round that began before it was asked',
    'consensus/reads.ts',
    `round: role.round + 1 })`,
    `round: role.round })`,
  ),
  mutant(
    'accepts-not-repeated',
    'what got lost on its way to a member is not sent again',
    `${engine}/replication.ts`,
    `    if (peer.waitedTicks >= resendTicks) startAgain(peer)\n`,
    ``,
  ),
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
    `    for (const watch of this.#table.resumables()) this.#resync(watch)\n`,
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
  {
    name: 'raft-counts-older-terms',
    breaks:
      'a leader takes an entry of an older term for chosen because a quorum holds it (entries go one by one)',
    engine: 'raft',
    edits: [
      {
        file: `${raft}/leader.ts`,
        find: `if (ballot !== undefined && sameBallot(ballot, role.ballot)) learnThrough`,
        replace: `if (ballot !== undefined) learnThrough`,
      },
      { file: `${raft}/replication.ts`, find: `entriesMax: appendEntriesMax`, replace: `entriesMax: 1` },
    ],
  },
  mutant(
    'raft-vote-forgotten',
    'a restarted voter has voted for nobody',
    `${raft}/raft.ts`,
    `  core.votedFor = votedFor\n`,
    ``,
  ),
  mutant(
    'raft-vote-before-written',
    'a voter answers before its vote is on disk',
    `${raft}/candidate.ts`,
    `effects.sendAfterPersist(from, { type: 'vote', ballot })`,
    `effects.send(from, { type: 'vote', ballot })`,
  ),
  mutant(
    'raft-vote-for-anybody',
    'a vote goes to a log that lacks what may be chosen',
    `${raft}/entries.ts`,
    `return compared > 0 || (compared === 0 && end.slot >= own.slot)`,
    `return compared > -2`,
  ),
  mutant(
    'raft-appended-before-written',
    'a follower vouches for what is not yet on its disk',
    `${raft}/follower.ts`,
    `effects.sendAfterPersist(to, { type: 'appended'`,
    `effects.send(to, { type: 'appended'`,
  ),
  mutant(
    'raft-drops-what-matches',
    'an append that came late takes away what was vouched for since',
    `${raft}/entries.ts`,
    `    if (known === values.length) continue\n`,
    `    if (known === values.length) {\n      if (from <= core.log.lastSlot && from > core.chosenThrough) truncate(core, from, effects)\n      continue\n    }\n`,
  ),
  mutant(
    'raft-matches-anything',
    'a follower takes an append without looking at what stands before it',
    `${raft}/entries.ts`,
    `return held !== undefined && sameBallot(held, place.ballot)`,
    `return held !== undefined`,
  ),
  {
    name: 'raft-read-without-round',
    breaks: 'a leader answers reads without asking whether it still leads',
    engine: 'raft',
    edits: [
      {
        file: 'consensus/reads.ts',
        find: `const confirmed = quorumSlot(voters, echoed)`,
        replace: `const confirmed = role.round`,
      },
    ],
  },
  mutant(
    'raft-changes-too-early',
    'a new leader changes the membership before it has chosen anything of its own',
    `${raft}/leader.ts`,
    `return core.chosenThrough < role.establishedAt || core.configurations.isOpen`,
    `return core.configurations.isOpen`,
  ),
  ofPaxos(
    'lowest-ballot-wins',
    'a proposer takes over the value of the lowest ballot reported',
    'proposer.ts',
    `compareBallots(b.ballot, a.ballot) > 0`,
    `compareBallots(b.ballot, a.ballot) < 0`,
  ),
  ofPaxos(
    'counts-over-ballots',
    'a proposer counts whoever accepted something from it, in whichever ballot',
    'proposer-role.ts',
    `  sameBallot(attempt.ballot, ballot) && attempt.voters.includes(from)`,
    `  attempt.ballot.node === ballot.node && attempt.voters.includes(from)`,
  ),
  ofPaxos(
    'accepts-below-promise',
    'an acceptor accepts whatever it is sent in slots that are not chosen',
    'acceptor-role.ts',
    `at => isOpen(core, at) && refuses(at))`,
    `at => isOpen(core, at) && refuses(at) && at === 1)`,
  ),
  ofPaxos(
    'promise-forgotten',
    'a restarted acceptor has promised nothing',
    'paxos.ts',
    `  for (const { first, last, ballot } of ranges) core.promises.raise(first, last, ballot)\n`,
    ``,
  ),
  ofPaxos(
    'ballot-reused',
    'a restarted proposer counts its ballots from what its acceptor holds',
    'paxos.ts',
    `  core.counter = reservedCounter\n`,
    ``,
  ),
  ofPaxos(
    'promise-before-written',
    'an acceptor answers a prepare before its promise is on disk',
    'acceptor-role.ts',
    `effects.sendAfterPersist(from, { type: 'promise'`,
    `effects.send(from, { type: 'promise'`,
  ),
  ofPaxos(
    'chosen-taken-for-held',
    'a learner takes what it holds for chosen, in whichever ballot it accepted it',
    'learner.ts',
    `if (held !== undefined && sameBallot(held.ballot, ballot))`,
    `if (held !== undefined)`,
  ),
  ofPaxos(
    'read-asks-one',
    'a read is content with the first acceptor that answers',
    'reads.ts',
    `isQuorum(voters, node => read.answers.has(node))`,
    `voters.some(node => read.answers.has(node))`,
  ),
  ofPaxos(
    'window-ignored',
    'a change governs the slot after it, where others still count by the membership before it',
    'governance.ts',
    `from: slotAfter(at, paxosWindowSlots), membership`,
    `from: slotAfter(at), membership`,
  ),
  ofZab(
    'epoch-before-history',
    'a follower writes that it is of an epoch before it has the initial history of that epoch',
    'synchronisation.ts',
    `  acceptEpoch(core, ballot, effects)\n`,
    `  acceptEpoch(core, ballot, effects)\n  core.current = ballot\n  effects.saveHardState()\n`,
  ),
  ofZab(
    'accepted-epoch-forgotten',
    'a restarted node has accepted no epoch but the one that it is of',
    'recovery.ts',
    `  core.accepted = accepted\n`,
    `  core.accepted = current\n`,
  ),
  ofZab(
    'epoch-before-written',
    'a follower acknowledges an epoch that it may forget',
    'synchronisation.ts',
    `effects.sendAfterPersist(leader, { type: 'ackEpoch'`,
    `effects.send(leader, { type: 'ackEpoch'`,
  ),
  ofZab(
    'ack-before-written',
    'a follower vouches for entries that are not yet on its disk',
    'follower.ts',
    `effects.sendAfterPersist(leader, { type: 'ack'`,
    `effects.send(leader, { type: 'ack'`,
  ),
  ofZab(
    'truncation-skipped',
    'a follower keeps what the initial history does not have, and calls the rest the same',
    'history.ts',
    `  if (core.log.lastSlot > keepThrough) {`,
    `  if (core.log.lastSlot < keepThrough) {`,
  ),
  ofZab(
    'truncation-not-written',
    'what is taken back stays on disk',
    'history.ts',
    `    effects.truncate(slotAfter(keepThrough))\n`,
    ``,
  ),
  ofZab(
    'chosen-by-one',
    'a leader takes for chosen what one voter has',
    'leader.ts',
    `Math.min(quorumSlot(core.membership.voters, matched), nextChange(core, role))`,
    `Math.min(Math.max(...core.membership.voters.map(matched)), nextChange(core, role))`,
  ),
  ofZab(
    'epoch-not-compared',
    'the longer history wins, of whichever epoch it is',
    'history.ts',
    `    a.current.counter - b.current.counter ||\n    a.last.ballot.counter - b.last.ballot.counter ||\n`,
    ``,
  ),
  ofZab(
    'best-history-not-fetched',
    'the elected one begins with its own history, although a better one was reported',
    'discovery.ts',
    `  if (best === null) return becomeLeading`,
    `  if (best === null || best !== core.self) return becomeLeading`,
  ),
  ofZab(
    'read-without-ping',
    'a leader answers reads without asking whether it still leads',
    'reads.ts',
    `read => read.round > confirmed`,
    `read => read.round > role.round`,
  ),
]
