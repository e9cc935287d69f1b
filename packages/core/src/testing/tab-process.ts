/**
 * Which process a page of Firefox lives in: neither the browser nor Playwright says so. It is the one that works when the page
 * does, and the page is silent while it is stopped. Linux only. Does not know what is to become of it.
 */
import { isOwn, type Process, processesOf, tell } from '../node/processes.ts'
import { TabFaultError } from './tab-fault-error.ts'

/** What is asked of a page here. */
export interface Answering {
  evaluate(expression: string): Promise<unknown>
}

/** As Firefox starts those in which pages live. */
const ofTabs = /-contentproc\b.* tab$/

/** How long the page shows itself by keeping its process busy. */
const spinMs = 400

/** A page that answers does so sooner. */
const answerMs = 400

/** The machine may be busy with others. */
const attempts = 5

/** The process of `page`, with whatever other tabs it holds. Rejects with a {@link TabFaultError} `NotFound`. */
export async function processOfTab(page: Answering): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const busy = await busyWhile(() =>
      page.evaluate(
        `(() => { for (const end = performance.now() + ${spinMs}; performance.now() < end; ); })()`,
      ),
    )
    for (const pid of busy) if (await isSilencedBy(page, pid)) return pid
  }
  throw new TabFaultError(
    'NotFound',
    'no process on this machine is seen to be that of the page: its browser has to run here, on Linux, beside the test',
  )
}

/** Those that may be it, the busiest first. */
async function busyWhile(working: () => Promise<unknown>): Promise<readonly number[]> {
  const before = new Map((await tabProcesses()).map(({ pid, worked }) => [pid, worked]))
  await working()
  const ticks = (await tabProcesses())
    .map(({ pid, worked }) => ({ pid, worked: worked - (before.get(pid) ?? 0) }))
    .sort((a, b) => b.worked - a.worked)
  const most = ticks[0]?.worked ?? 0
  return ticks.filter(({ worked }) => worked > 0 && 2 * worked >= most).map(({ pid }) => pid)
}

/** Of browsers that this test started; of all, where it is connected to one that somebody else did. */
async function tabProcesses(): Promise<readonly Process[]> {
  const all = await processesOf(ofTabs)
  const areOwn = await Promise.all(all.map(({ pid }) => isOwn(pid)))
  const own = all.filter((_, index) => areOwn[index])
  return own.length > 0 ? own : all
}

/** Whether `page` answers before and after, and not while the process is stopped. */
async function isSilencedBy(page: Answering, pid: number): Promise<boolean> {
  if (!(await answers(page.evaluate('0')))) return false
  tell(pid, 'SIGSTOP')
  let asked: Promise<unknown>
  try {
    asked = page.evaluate('0')
    if (await answers(asked)) return false
  } finally {
    tell(pid, 'SIGCONT')
  }
  return answers(asked)
}

function answers(asked: Promise<unknown>): Promise<boolean> {
  return new Promise(resolve => {
    const timer = setTimeout(() => resolve(false), answerMs)
    const done = (isAnswered: boolean) => () => {
      clearTimeout(timer)
      resolve(isAnswered)
    }
    asked.then(done(true), done(false))
  })
}
