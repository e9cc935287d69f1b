/** Queues: no item is lost or doubled. */
import { DelayQueue, PriorityQueue, Queue } from '../../../recipes/queue.ts'
import type { Exercise, Stage, User } from '../exercise.ts'
import { Holdings } from '../holdings.ts'

const textOf = (data: Uint8Array): string => new TextDecoder().decode(data)

/** What became of each item, by what is in it. */
export class Items {
  readonly #stage: Stage
  #next = 1
  /** Put for certain. */
  readonly put = new Set<string>()
  readonly asked = new Set<string>()
  readonly done = new Set<string>()
  readonly #names = new Set<string>()

  constructor(stage: Stage) {
    this.#stage = stage
  }

  async add(putting: (text: string) => Promise<string>): Promise<void> {
    const text = `item ${this.#next++}`
    this.asked.add(text)
    const name = await putting(text)
    if (this.#names.has(name)) this.#stage.fail('name', `two items are called ${name}`)
    this.#names.add(name)
    this.put.add(text)
  }

  finish(data: Uint8Array, who: string): void {
    const text = textOf(data)
    if (!this.asked.has(text)) this.#stage.fail('made-up', `${who} got ${text}, which nobody put`)
    if (this.done.has(text)) this.#stage.fail('doubled', `${who} got ${text} once more`)
    this.done.add(text)
  }

  get missing(): readonly string[] {
    return [...this.put].filter(text => !this.done.has(text))
  }
}

interface Takes {
  take(options?: object): Promise<{ readonly data: Uint8Array }>
  size(): Promise<number>
}

/** Puts before it takes, so that there never are more who take than there are items. */
async function putThenTake(
  { chance }: User,
  put: () => Promise<void>,
  take: () => Promise<void>,
): Promise<void> {
  await put()
  if (chance.happens(0.7)) await take()
}

/** Takes by which an item may be gone: of who was not told what it got. */
export class Takers {
  unknown = 0

  async take(queue: Takes, items: Items, { name, patience }: User): Promise<void> {
    this.unknown++
    const { data } = await queue.take(patience)
    this.unknown--
    items.finish(data, name)
  }

  async audit(stage: Stage, queue: Takes, items: Items, auditor: User): Promise<void> {
    while ((await queue.size()) > 0) await this.take(queue, items, auditor)
    const { missing } = items
    if (missing.length > this.unknown)
      stage.fail('lost', `${missing.join()} lost, and ${this.unknown} takers were not told`)
  }
}

export const queueTake: Exercise = {
  name: 'queue-take',
  usersMin: 3,
  begin(stage) {
    const items = new Items(stage)
    const takers = new Takers()
    const of = ({ keeper }: User) => new Queue(keeper, '/app/queue')
    return {
      turn: user =>
        putThenTake(
          user,
          () => items.add(text => of(user).put(text, user.patience)),
          () => takers.take(of(user), items, user),
        ),
      audit: auditor => takers.audit(stage, of(auditor), items, auditor),
    }
  },
}

export const priorityQueue: Exercise = {
  name: 'priority-queue',
  usersMin: 3,
  begin(stage) {
    const items = new Items(stage)
    const takers = new Takers()
    const of = ({ keeper }: User) => new PriorityQueue(keeper, '/app/priorities')
    return {
      turn: user =>
        putThenTake(
          user,
          () => items.add(text => of(user).put(text, user.chance.below(3), user.patience)),
          () => takers.take(of(user), items, user),
        ),
      audit: auditor => takers.audit(stage, of(auditor), items, auditor),
    }
  },
}

export const delayQueue: Exercise = {
  name: 'delay-queue',
  usersMin: 3,
  begin(stage) {
    const items = new Items(stage)
    const takers = new Takers()
    const due = new Map<string, number>()
    const of = ({ keeper }: User) => new DelayQueue(keeper, '/app/delays')
    return {
      turn: user =>
        putThenTake(
          user,
          () =>
            items.add(text => {
              const delayMs = user.chance.pick([0, 10, 500, 4_000])
              due.set(text, stage.world.now + delayMs)
              return of(user).put(text, delayMs, user.patience)
            }),
          () => takers.take(onlyDue(of(user)), items, user),
        ),
      audit: auditor => takers.audit(stage, onlyDue(of(auditor)), items, auditor),
    }

    function onlyDue(queue: DelayQueue): Takes {
      return {
        size: () => queue.size(),
        take: async options => {
          const item = await queue.take(options)
          const text = textOf(item.data)
          const early = (due.get(text) ?? 0) - stage.world.now
          if (early > 0) stage.fail('early', `${text} was taken ${early} ms before its time`)
          return item
        },
      }
    }
  },
}

export const queueProcess: Exercise = {
  name: 'queue-process',
  usersMin: 3,
  begin(stage) {
    const items = new Items(stage)
    const holdings = new Holdings(stage)
    const line = '/app/work/claims'
    const worked = new Set<string>()
    const of = ({ keeper }: User) => new Queue(keeper, '/app/work')
    const work = async (user: User): Promise<void> => {
      const { name: holder, keeper, sleep, chance, patience } = user
      const data = await of(user).processOne(async ({ name, data, token, signal }) => {
        const holding = holdings.begin({ line, kind: name, holder, session: keeper.session, token, signal })
        holdings.alone(holding, ({ kind }) => kind !== name)
        worked.add(textOf(data))
        await sleep(chance.pick([0, 10, 300, 2_000]))
        holdings.end(holding)
        // Some give their item back.
        if (!stage.isCalm && chance.happens(0.1)) throw new DOMException('no wish to', 'AbortError')
        return data
      }, patience)
      items.finish(data, holder)
    }
    return {
      mistakes: () => holdings.mistakes(),
      turn: user =>
        putThenTake(
          user,
          () => items.add(text => of(user).put(text, user.patience)),
          () => work(user),
        ),
      audit: async auditor => {
        while ((await of(auditor).size()) > 0) await work(auditor)
        const missing = [...items.put].filter(text => !worked.has(text))
        if (missing.length > 0) stage.fail('lost', `${missing.join()}: nobody worked on that`)
      },
    }
  },
}
