/**
 * One tab's share of a load: lanes that ask one thing after another on a few shared znodes and write down what they asked,
 * what they heard and when. Judges nothing.
 */
import { type Keeper, KeeperError } from '@peerkeeper/core'

export interface WorkOptions {
  /** Of this tab, in every value that it writes. */
  readonly name: string
  readonly keys: readonly string[]
  readonly lanes: number
  /** Writes of all lanes together: sets, compare-and-sets, deletes, creates. Reads come on top. */
  readonly writes: number
  /** Seeds what is asked, so that a run can be repeated up to the timing. */
  readonly seed: number
}

export type WorkValue = null | string | number | readonly [version: number, data: string]

/** One request and its answer, in the words of the simulator's histories. Times by `Date.now()`. */
export interface Work {
  readonly f: 'read' | 'write' | 'cas' | 'create' | 'delete'
  readonly key: string
  readonly asked: WorkValue
  readonly type: 'ok' | 'fail'
  readonly value: WorkValue
  readonly from: number
  readonly to: number
}

/** A sequential read: what this tab's replica had, to be compared with what it had before. */
export interface LocalRead {
  readonly key: string
  readonly mzxid: number
}

export interface WorkDone {
  readonly works: readonly Work[]
  readonly localReads: readonly LocalRead[]
}

export async function work(
  keeper: Keeper,
  { name, keys, lanes, writes, seed }: WorkOptions,
): Promise<WorkDone> {
  const works: Work[] = []
  const localReads: LocalRead[] = []
  /** The version of each key as last seen here: what a compare-and-set expects. */
  const versions = new Map<string, number>()
  const random = randomOf(seed)
  let written = 0

  const ask = async (f: Work['f'], key: string, asked: WorkValue, run: () => Promise<WorkValue>) => {
    const from = Date.now()
    const answer = await run().then(
      value => ({ type: 'ok', value }) as const,
      (error: unknown) => ({ type: 'fail', value: definite(error) }) as const,
    )
    works.push({ f, key, asked, from, to: Date.now(), ...answer })
    if (Array.isArray(answer.value)) versions.set(key, answer.value[0])
  }

  const step = async (key: string, data: string) => {
    const dice = random(100)
    const version = versions.get(key) ?? 0
    if (dice < 50) return ask('write', key, data, async () => [(await keeper.set(key, data)).version, data])
    if (dice < 90)
      return ask('cas', key, [version, data], async () => [
        (await keeper.set(key, data, { version })).version,
        data,
      ])
    if (dice < 92)
      return ask('delete', key, -1, async () => {
        await keeper.delete(key)
        return null
      })
    return ask('create', key, data, async () => [(await keeper.create(key, data)).stat.version, data])
  }

  const readAsQuorum = (key: string) =>
    ask('read', key, null, async () => {
      try {
        const { data, stat } = await keeper.get(key, { consistency: 'linearizable' })
        return [stat.version, new TextDecoder().decode(data)]
      } catch (error) {
        if (error instanceof KeeperError && error.code === 'NoNode') return null
        throw error
      }
    })

  const readHere = async (key: string) => {
    const stat = await keeper.exists(key)
    if (stat !== null) localReads.push({ key, mzxid: stat.mzxid })
  }

  const lane = async (number: number) => {
    for (let count = 0; written < writes; count++) {
      written++
      await step(pick(keys, random), `${name}.${number}.${count}`)
      if (random(4) === 0) await readAsQuorum(pick(keys, random))
      if (random(4) === 0) await readHere(pick(keys, random))
    }
  }

  await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)))
  return { works, localReads }
}

/** The code of a refusal. Anything else ends the load: a healthy ensemble answers everything. */
function definite(error: unknown): string {
  if (error instanceof KeeperError && ['NoNode', 'NodeExists', 'BadVersion'].includes(error.code))
    return error.code
  throw error
}

function pick<T>(choices: readonly T[], random: (below: number) => number): T {
  const choice = choices[random(choices.length)]
  if (choice === undefined) throw new RangeError('a pick needs a choice')
  return choice
}

/** Mulberry32: draws below a bound, the same for the same seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}
