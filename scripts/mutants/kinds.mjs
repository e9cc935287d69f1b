// What a mutant is, and short ways to write one down.

/** @typedef {{ file: string, find: string, replace: string }} Edit paths below packages/core/src/logic */
/**
 * `engine`: who is simulated; `options`: how, besides; `isInModel`: a world of the model checker breaks; `tests`: nothing
 * that is simulated does it, so these look, paths below packages/core/test; `beside`: folders there that they need; `plays`: of these recipes,
 * where no test saw it.
 * @typedef {{ name: string, breaks: string, engine: string, edits: readonly Edit[], isInModel: boolean,
 *   options?: readonly string[], tests?: readonly string[], plays?: readonly string[],
 *   beside?: readonly string[] }} Mutant
 */
/** @typedef {Omit<Mutant, 'isInModel'>} Broken */

export const mutant = (name, breaks, file, find, replace) => ({
  name,
  breaks,
  engine: file.startsWith('consensus/raft/') ? 'raft' : 'multi-paxos',
  edits: [{ file, find, replace }],
})

export const ofPaxos = (name, breaks, file, find, replace) => ({
  name: `paxos-${name}`,
  breaks,
  engine: 'paxos',
  edits: [{ file: `consensus/paxos/${file}`, find, replace }],
})

export const ofZab = (name, breaks, file, find, replace) => ({
  name: `zab-${name}`,
  breaks,
  engine: 'zab',
  edits: [{ file: `consensus/zab/${file}`, find, replace }],
})

/** Seen by clients who watch the whole tree and go on from what they know. */
export const ofWatches = (name, breaks, file, find, replace) => ({
  name: `watch-${name}`,
  breaks,
  engine: 'multi-paxos',
  options: ['--followed', '20'],
  edits: [{ file, find, replace }],
})

/** One that leaves, with the word of it lost. */
export const ofLeaving = (name, breaks, file, find, replace) => ({
  name: `leaving-${name}`,
  breaks,
  engine: 'multi-paxos',
  tests: ['sim/leaving.test.ts'],
  edits: [{ file, find, replace }],
})

/** What a host does for one that leaves. */
export const ofGoodbyes = (name, breaks, file, find, replace) => ({
  name: `goodbye-${name}`,
  breaks,
  engine: 'multi-paxos',
  tests: ['testing/leaving.test.ts'],
  edits: [{ file, find, replace }],
})

/** Nobody forks in a simulation: seen by the rules of forks. */
export const ofForks = (name, breaks, file, find, replace) => ({
  name: `fork-${name}`,
  breaks,
  engine: 'multi-paxos',
  tests: ['state/fork.test.ts', 'host/fork.test.ts', 'consensus/contract.test.ts'],
  edits: [{ file, find, replace }],
})

/** Nobody founds in a simulation: seen by the rules of identities and foundings. */
export const ofFounding = (name, breaks, file, find, replace) => ({
  name: `founding-${name}`,
  breaks,
  engine: 'multi-paxos',
  tests: ['founding', 'identity', 'peer-lock', 'deleting'].map(test => `host/${test}.test.ts`),
  edits: [{ file: `../host/worker/${file}`, find, replace }],
})

/** A lock's rules stand in several files. */
const filesOf = { lock: ['lock', 'lock-hold', 'lock-leaving'] }

/** Recipes are what clients do: seen by the rules of these tests, or else in plays of `playsOf`. */
export const ofRecipes = (name, breaks, file, find, replace, ...tests) => ({
  name: `recipe-${name}`,
  breaks,
  engine: 'multi-paxos',
  tests: tests.flatMap(test => filesOf[test] ?? [test]).map(test => `recipes/${test}.test.ts`),
  plays: [...new Set(tests.flatMap(test => playsOf[test] ?? []))],
  edits: [{ file: `../recipes/${file}`, find, replace }],
})

/** Which recipes the tests of each file are about. */
const playsOf = {
  turn: ['mutex', 'semaphore', 'read-write-lock'],
  lock: ['mutex', 'leader'],
  locks: ['read-write-lock', 'semaphore', 'multi-lock'],
  leader: ['leader', 'latch'],
  barrier: ['barrier', 'double-barrier'],
  round: ['double-barrier'],
  values: ['counter', 'shared-value'],
  items: ['priority-queue', 'delay-queue'],
  queue: ['queue-take', 'queue-process', 'delay-queue'],
  mirror: ['cache'],
  presence: ['presence', 'persistent-node', 'cache'],
}

/** What hosts do with frames and keys: seen by the rules of these tests. */
export const ofNetwork = (name, breaks, file, find, replace, ...tests) => ({
  name: `network-${name}`,
  breaks,
  engine: 'multi-paxos',
  tests: tests.map(test => `${test}.test.ts`),
  beside: ['host', 'integration'],
  edits: [{ file: `../host/${file}`, find, replace }],
})

/** The storage in a file. */
export const ofFiles = (name, breaks, find, replace) => ({
  name: `file-${name}`,
  breaks,
  engine: 'multi-paxos',
  tests: ['node/file-storage.test.ts'],
  beside: ['host'],
  edits: [{ file: '../node/storage/file-storage.ts', find, replace }],
})
