/**
 * Says that one process uses a file or a folder: `PATH.lock` beside it, with who that is. It keeps people from starting two
 * programs on one file; a lock whose process is gone from this machine is taken over. It is no fence: who writes looks for itself.
 */
import { unlinkSync } from 'node:fs'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { isCode } from './is-code.ts'

export type FileLock =
  /** `unlock` gives it back, at once. Idempotent. */
  | { readonly isHeld: true; readonly unlock: () => void }
  /** `by` is for people: which process has it, and which file to remove when that one is surely gone. */
  | { readonly isHeld: false; readonly by: string }

interface Owner {
  readonly host: string
  readonly pid: number
  /** When the process began, in its own clock: tells it from an earlier one of the same number, as containers have. */
  readonly began: number
}

/** Takes the lock of `path`, or tells who has it. Rejects with Node's error. */
export async function lockFile(path: string): Promise<FileLock> {
  const lock = `${path}.lock`
  const self: Owner = { host: hostname(), pid: process.pid, began: performance.timeOrigin }
  const own = JSON.stringify(self)
  // Two that take over from the same dead process: the second finds the first one's lock in its place.
  for (let attempt = 0; attempt < 2; attempt += 1) {
    if (await create(lock, own)) return { isHeld: true, unlock: unlocking(lock) }
    const text = await readFile(lock, 'utf8').catch(() => '')
    const owner = parseOwner(text)
    if (owner === undefined || isAlive(owner, self)) return { isHeld: false, by: describe(lock, owner) }
    await bury(lock, text)
  }
  return { isHeld: false, by: describe(lock, undefined) }
}

function unlocking(lock: string): () => void {
  let isHeld = true
  return () => {
    if (!isHeld) return
    isHeld = false
    try {
      unlinkSync(lock)
    } catch {
      // It is gone, or its folder is: nobody is kept out.
    }
  }
}

async function create(lock: string, text: string): Promise<boolean> {
  try {
    await writeFile(lock, text, { flag: 'wx' })
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  }
}

/** Takes the lock that says `text` away, and no other that may stand there by now. */
async function bury(lock: string, text: string): Promise<void> {
  const grave = `${lock}.${process.pid}`
  try {
    await rename(lock, grave)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return
    throw error
  }
  if ((await readFile(grave, 'utf8')) !== text) await link(grave, lock).catch(() => {})
  await rm(grave, { force: true })
}

/** Whether `owner` may still be there. Of another machine nobody here can know. */
function isAlive(owner: Owner, self: Owner): boolean {
  if (owner.host !== self.host) return true
  if (owner.pid === self.pid) return owner.began === self.began
  try {
    process.kill(owner.pid, 0)
    return true
  } catch (error) {
    return !isCode(error, 'ESRCH')
  }
}

function parseOwner(text: string): Owner | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { host, pid, began } = value as Partial<Record<string, unknown>>
  return typeof host === 'string' && typeof pid === 'number' && pid > 0 && typeof began === 'number'
    ? { host, pid, began }
    : undefined
}

function describe(lock: string, owner: Owner | undefined): string {
  const who = owner === undefined ? 'another process' : `process ${owner.pid} on ${owner.host}`
  return `${who}. When that process is surely gone, remove ${lock}.`
}
