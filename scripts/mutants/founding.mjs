// Foundings and identities, broken.
import { ofFounding } from './kinds.mjs'

/** @type {readonly import('./kinds.mjs').Broken[]} */
export const foundingMutants = [
  ofFounding(
    'asked-before-written',
    'an arbiter is asked for an ensemble that a crash makes its founder forget',
    'taking-part.ts',
    `    if (current === null) await registry.write({ state: 'founding', candidate, founder, key })\n`,
    ``,
  ),
  ofFounding(
    'another-each-time',
    'who asks again asks for another ensemble',
    'taking-part.ts',
    `= current ?? (await mint())`,
    `= await mint()`,
  ),
  ofFounding(
    'arbiter-not-heard',
    'a profile founds its own candidate, whatever the arbiter answers',
    'taking-part.ts',
    `return standing === candidate ? founderOf(candidate, minted, part) : memberOf(standing, part)`,
    `return founderOf(standing === candidate ? standing : candidate, minted, part)`,
  ),
  ofFounding(
    'unreachable-founds',
    'where the arbiter cannot be reached a profile founds by itself',
    'taking-part.ts',
    `await askArbiter(room, signal, each => arbiter.found(candidate, each))`,
    `await askArbiter(room, signal, each => arbiter.found(candidate, each)).catch(() => candidate)`,
  ),
  ofFounding(
    'garbage-believed',
    'whatever an arbiter answers is taken for an ensemble',
    'ask-arbiter.ts',
    `if (!isId(answer))`,
    `if (answer === null)`,
  ),
  ofFounding(
    'mode-not-compared',
    'a host takes the identity of a tab that runs, and is a replica of its own',
    'taking-part.ts',
    `if (nodes.length <= 1 && !isRunning)`,
    `if (nodes.length <= 1)`,
  ),
  ofFounding(
    'given-up-while-it-runs',
    'an ensemble is given up under a tab that takes part in it',
    'abandon.ts',
    `if (await isAnyHeld(locks, room))`,
    `if (nodes.length < 0 && (await isAnyHeld(locks, room)))`,
  ),
  ofFounding(
    'gone-and-used-again',
    'a replica whose promises were wiped is the same acceptor again',
    'identity.ts',
    `if (!stored || (await databaseExists(replicaDatabaseName(room, node))))\n`,
    `if (!stored || (await databaseExists(replicaDatabaseName(room, node))) || held)\n`,
  ),
]
