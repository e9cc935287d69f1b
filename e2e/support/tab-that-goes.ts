/** What must hold of every recipe when a tab goes in the middle of all of them, however it goes. */

import type { Keeper, KeeperState } from '@peerkeeper/core'
import { expect, type JSHandle } from '@playwright/test'
import { makeBook, readBook, waitForEntries } from './book.ts'
import { acquire, waitForLine } from './recipes.ts'
import type { Tab } from './tab.ts'

/** The doomed tab's session: short, so that its end can be seen. */
export const sessionTimeoutMs = 4_000

/** Far above what is measured: a bound for a run on a busy machine. */
const waitMs = 30_000

/** The first of `tabs` leads, holds, works, is here and is inside; `end` ends it; the others go on with each. */
export async function survive(tabs: readonly [Tab, Tab, Tab], end: () => Promise<unknown>): Promise<void> {
  const [a, b, c] = tabs
  for (const book of ['/led', '/done']) await makeBook(a, book)
  const leading = await stand(a)
  await expect.poll(() => readBook(b, '/led')).toHaveLength(1)
  // Standing is asked for and not waited for: who comes first is who was first in line.
  await stand(b)
  await waitForLine(a, '/leader', 2)
  await stand(c)
  await waitForLine(a, '/leader', 3)
  const held = await acquire(a, 'mutex', '/lock')
  const token = await held.evaluate(hold => hold.token)
  const waiting = acquire(b, 'mutex', '/lock')
  await waitForLine(a, '/lock', 2)
  await workFor(a)
  const inside = await enter(tabs)
  const present = await c.keeper.evaluateHandle(followHere)
  await expect.poll(() => here(present)).toHaveLength(3)
  expect(await leading.evaluate(({ hasEnded }) => hasEnded)).toBe(false)

  await end()

  await expect.poll(() => readBook(b, '/led'), { timeout: waitMs }).toHaveLength(2)
  const [first, next] = (await readBook(b, '/led')).map(entry => entry.split(' ').map(Number))
  expect(first?.[0]).toBe(a.session)
  expect(next?.[0], 'the second who stood').toBe(b.session)
  expect(next?.[1]).toBeGreaterThan(first?.[1] ?? Number.POSITIVE_INFINITY)

  const hold = await waiting
  expect(await hold.evaluate(each => each.token)).toBeGreaterThan(token)
  await expect.poll(() => here(present), { timeout: waitMs }).toEqual([b.session, c.session].sort(byNumber))
  await Promise.all([b, c].map(({ session }) => inside.leave(session)))
  for (const tab of [b, c]) await startWorking(tab)
  const items = ['0', '1', '2', '3']
  await waitForEntries(c, '/done', [`begun by ${a.session}`, ...items])
  expect(await b.keeper.evaluate(of => new window.lab.recipes.Queue(of, '/jobs').size())).toBe(0)
  const states: KeeperState[] = await Promise.all([b, c].map(({ keeper }) => keeper.evaluate(of => of.state)))
  expect(states).toEqual(['connected', 'connected'])
}

const byNumber = (one: number, other: number) => one - other

/** Stands for election; notes its session and token when it leads, and then leads on. */
const stand = ({ keeper }: Tab) =>
  keeper.evaluateHandle(of => {
    const term = { hasEnded: false }
    const { recipes, note } = window.lab
    void recipes
      .lead(of, '/leader', async ({ signal, token }) => {
        await note(of, '/led', `${of.session} ${token}`)
        await new Promise(resolve => signal.addEventListener('abort', resolve))
      })
      .catch(() => undefined)
      .then(() => {
        term.hasEnded = true
      })
    return term
  })

/** Puts four items, and begins with the first of them, for ever. */
async function workFor({ keeper }: Tab): Promise<void> {
  await keeper.evaluate(async of => {
    const { recipes, note } = window.lab
    const jobs = new recipes.Queue(of, '/jobs')
    for (const item of ['0', '1', '2', '3']) await jobs.put(item)
    await new Promise<void>((resolve, reject) => {
      jobs
        .processOne(async () => {
          await note(of, '/done', `begun by ${of.session}`)
          resolve()
          await new Promise(() => undefined)
        })
        .catch(reject)
    })
  })
}

/** Works on whatever there is, and notes each item. */
const startWorking = ({ keeper }: Tab) =>
  keeper.evaluate(of => {
    const { recipes, note } = window.lab
    void new recipes.Queue(of, '/jobs')
      .process(({ data }) => note(of, '/done', new TextDecoder().decode(data)))
      .catch(() => undefined)
  })

/** All are members of the group, and inside the double barrier. */
async function enter(tabs: readonly Tab[]) {
  const entered = await Promise.all(
    tabs.map(({ keeper }) =>
      keeper.evaluateHandle(async of => {
        await new window.lab.recipes.Group(of, '/here').join()
        return new window.lab.recipes.DoubleBarrier(of, '/double', 3).enter()
      }),
    ),
  )
  const bySession = new Map(tabs.map(({ session }, index) => [session, entered[index]]))
  return {
    leave: async (session: number) => {
      await bySession.get(session)?.evaluate((inside, timeoutMs) => inside.leave({ timeoutMs }), waitMs)
    },
  }
}

interface Present {
  sessions: readonly number[]
}

function followHere(of: Keeper): Present {
  const present: Present = { sessions: [] }
  void (async () => {
    for await (const members of new window.lab.recipes.Group(of, '/here').follow())
      present.sessions = members.map(({ session }) => session).sort((one, other) => one - other)
  })()
  return present
}

const here = (present: JSHandle<Present>) => present.evaluate(({ sessions }) => sessions)
