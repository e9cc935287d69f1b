import type { WatchEvent } from '@peerkeeper/core'
import { expect, test } from 'vitest'
import { LiveTree, type Watched } from '../src/live-tree.ts'

/** A keeper whose events and answers the test gives, one by one. */
function scripted() {
  const tellers = new Map<string, (event: WatchEvent) => void>()
  const asked: {
    readonly paths: readonly string[]
    answer(values: Readonly<Record<string, readonly [string, number]>>): void
  }[] = []
  const keeper = {
    state: 'connected',
    on: () => undefined,
    watch: (path: string, { onEvent }: { readonly onEvent: (event: WatchEvent) => void }) => {
      tellers.set(path, onEvent)
      return Promise.resolve({})
    },
    multiRead: (queries: readonly { readonly path: string }[]) =>
      new Promise(resolve => {
        const paths = queries.map(({ path }) => path)
        const reading = ([text, mzxid]: readonly [string, number]) => ({
          ok: true,
          value: { data: new TextEncoder().encode(text), stat: { mzxid, pzxid: 0 } },
        })
        asked.push({ paths, answer: values => resolve(paths.map(path => reading(values[path] ?? ['', 0]))) })
      }),
  } as unknown as Watched
  const change = (path: string, zxid: number) =>
    tellers.get(path)?.({ type: 'NodeDataChanged', path, zxid, last: true } as WatchEvent)
  return { keeper, asked, change }
}

/** All that waits for nothing but its turn has had it. */
const turn = () => new Promise(resolve => setImmediate(resolve))

test('REACT-4 a transaction whose events come one after the other is shown when all of it was read, and then in one task', async () => {
  const { keeper, asked, change } = scripted()
  const tree = new LiveTree(keeper)
  const shown: Record<string, string> = {}
  const tasks: string[] = []
  for (const path of ['/a', '/b'])
    tree.follow('get', path, reading => {
      shown[path] = reading.ok ? new TextDecoder().decode(reading.value.data) : '-'
      queueMicrotask(() => tasks.push(`${shown['/a']}${shown['/b']}`))
    })
  await turn()
  asked.shift()?.answer({ '/a': ['1', 1], '/b': ['1', 1] })
  await turn()
  expect(shown).toEqual({ '/a': '1', '/b': '1' })

  // The read of /a goes out before the event of /b is there, which comes before the answer.
  change('/a', 2)
  await turn()
  change('/b', 2)
  expect(asked.map(({ paths }) => paths.join())).toEqual(['/a'])
  asked.shift()?.answer({ '/a': ['2', 2] })
  await turn()
  expect(shown).toEqual({ '/a': '1', '/b': '1' })
  asked.shift()?.answer({ '/b': ['2', 2] })
  await turn()
  expect(shown).toEqual({ '/a': '2', '/b': '2' })

  // What comes of later transactions keeps nobody waiting.
  change('/a', 3)
  await turn()
  change('/b', 4)
  asked.shift()?.answer({ '/a': ['3', 3] })
  await turn()
  expect(shown).toEqual({ '/a': '3', '/b': '2' })
  asked.shift()?.answer({ '/b': ['4', 4] })
  await turn()
  expect(tasks.filter((each, index) => each !== tasks[index - 1])).toEqual(['11', '22', '32', '34'])
})
