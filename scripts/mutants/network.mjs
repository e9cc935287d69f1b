// What frames pass on their way, and the file that members in Node keep, broken.
import { ofFiles, ofNetwork } from './kinds.mjs'

/** @type {readonly import('./kinds.mjs').Broken[]} */
export const networkMutants = [
  ofNetwork(
    'any-key',
    'whoever shows some key is whoever it says',
    'proofs.ts',
    `(await nodeIdOf(publicKey)) === node && (await`,
    `(await`,
    'runtime/routes',
  ),
  ofNetwork(
    'any-signature',
    'what a third passes on is believed without its author having signed it',
    'proofs.ts',
    ` && (await verify(publicKey, bytes, signature))`,
    ``,
    'runtime/routes',
  ),
  ofNetwork(
    'sender-believed',
    'an envelope may say that it is from anybody',
    'runtime/mail.ts',
    `from === peer ? messages`,
    `from !== '' ? messages`,
    'runtime/routes',
    'runtime/mail',
  ),
  ofNetwork(
    'older-down',
    'the end of an earlier connection is taken for the end of the present one',
    'runtime/routes.ts',
    `route => route.transport === transport && route.connection === connection`,
    `route => route.transport === transport`,
    'runtime/routes',
  ),
  ofNetwork(
    'first-end-is-the-end',
    'of two connections to a peer the first that ends takes the link down',
    'transport/standing.ts',
    ` || known.standing.size > 0`,
    ``,
    'host/standing',
  ),
  ofNetwork(
    'frozen-third',
    'frames go by a third that is not heard any more',
    '../logic/topology/passage.ts',
    `(isFresh ? 2 : 0)`,
    `0`,
    'topology/passage',
    'topology/neighbours',
  ),
  ofNetwork(
    'every-voter-wanted',
    'one that observes wants links with all voters',
    '../logic/topology/wanted.ts',
    `Math.min(upstreamsWanted, others.length)`,
    `others.length`,
    'topology/wanted',
  ),
  ofNetwork(
    'key-of-another',
    'a registry that was given the key of another replica is used',
    'storage/parse-registered.ts',
    ` && (await nodeIdOf(key.publicKey)) === node `,
    ` `,
    'host/identity',
  ),
  ofFiles(
    'not-flushed',
    'a promise is vouched for before it is on the disk',
    `  await at.file.append(record)\n  await at.file.datasync()`,
    `  await at.file.append(record)`,
  ),
  ofFiles(
    'fence-not-looked-at',
    'a replica whose file a later opening owns writes to it',
    `  await checkOurs(place, at)\n  await at.file.append`,
    `  await at.file.append`,
  ),
]
