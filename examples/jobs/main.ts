/**
 * A job queue whose workers are tabs. Close one, or kill it: the job that it was at goes to another. So a job may be begun twice,
 * and its result stands where only one can be.
 */
import { connect, isKeeperError } from '@peerkeeper/core'
import { Queue, subtreeCache, type Work } from '@peerkeeper/core/recipes'
import { element, showLines, textOf } from '../page.ts'

/** How long a photo takes: `?seconds=60` is a tab that is slow enough to be closed at work. */
const seconds = Number(new URLSearchParams(location.search).get('seconds') ?? 1)

const keeper = await connect({ room: 'jobs', sessionTimeoutMs: 5_000 })
const jobs = new Queue(keeper, '/jobs')
await createOnce('/done', '')

async function develop({ name, data, signal }: Work): Promise<void> {
  const photo = textOf(data)
  element('now').textContent = photo
  await sleep(seconds * 1_000, signal)
  await createOnce(`/done/${name}`, `${photo}, developed by tab ${keeper.session}`)
  element('now').textContent = 'nothing'
}

/** Creates a znode where there is none. */
async function createOnce(path: string, data: string): Promise<void> {
  try {
    await keeper.create(path, data)
  } catch (error) {
    if (!isKeeperError(error, 'NodeExists')) throw error
  }
}

/** Rejects when the work is to be stopped: it may be another's by now. */
const sleep = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    setTimeout(resolve, ms)
    signal.addEventListener('abort', () => reject(signal.reason))
  })

async function workForEver(): Promise<never> {
  for (;;)
    try {
      await jobs.process(develop)
    } catch (error) {
      // Out of reach of the others for a while, or it took too long: the job is somebody's again.
      if (!isKeeperError(error, 'Suspended', 'Lost')) throw error
    }
}

element('add').onclick = async () => {
  for (let count = 1; count <= 10; count++) await jobs.put(`photo ${count} of tab ${keeper.session}`)
}
const done = await subtreeCache(keeper, '/done')
const show = () => {
  const results = [...done.view.znodes.values()].filter(({ path }) => path !== '/done')
  showLines(
    'done',
    results.map(({ data }) => textOf(data)),
  )
}
done.addEventListener('change', show)
show()
document.body.className = 'open'
workForEver().catch((error: Error) => {
  element('now').textContent = `${error.message}: reload this page`
})
