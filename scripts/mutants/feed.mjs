// Feeding, broken. Most of it costs frames or time and no rule of consensus: seen by the rules of feeding.
const ofFeeding = (name, breaks, file, find, replace) => ({
  name: `feed-${name}`,
  breaks,
  engine: 'multi-paxos',
  tests: ['feed/feeding.test.ts', 'sim/feeding.test.ts'],
  edits: [{ file: `feed/${file}`, find, replace }],
})

/** @type {readonly import('./kinds.mjs').Broken[]} */
export const feedMutants = [
  ofFeeding(
    'whoever-it-was',
    'one that was fed, and votes or is taken out by now, is spoken to by its feeder still',
    'fan-out.ts',
    `observers.includes(node) ? (`,
    `observers.length >= 0 ? (`,
  ),
  ofFeeding(
    'never-left',
    'who is fed stays with a feeder that is dead',
    'fed.ts',
    `      this.#failedAt.set(this.#feeder, this.#ticks)\n`,
    `      this.#servedAt = this.#ticks\n`,
  ),
  ofFeeding(
    'believed-for-ever',
    'a leader speaks by a feeder that is dead',
    'fan-out.ts',
    `if (--fed.ticksLeft <= 0)`,
    `if (--fed.ticksLeft <= -1e9)`,
  ),
  ofFeeding(
    'in-its-own-name',
    'a feeder passes on what a leader says as if it said so itself',
    'feeding.ts',
    `    const observers = others`,
    `    from = this.#self\n    const observers = others`,
  ),
  ofFeeding(
    'passes-nothing-on',
    'a feeder takes what is for itself only',
    'feeding.ts',
    `others.filter(node => !voters.includes(node))`,
    `others.slice(others.length)`,
  ),
  ofFeeding(
    'first-answer-kept',
    'of what one that is fed answers, an older answer takes the place of a newer one',
    'feeder.ts',
    `answers.set(observer, message)`,
    `answers.has(observer) ? answers : answers.set(observer, message)`,
  ),
  ofFeeding(
    'votes-by-another',
    'what a voter says to a voter counts though another brought it',
    'feeding.ts',
    `        else if (voters.includes(message.from)) return nothing\n`,
    ``,
  ),
]
