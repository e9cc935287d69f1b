/**
 * Says that one process uses a file: `FILE.lock` beside it, with who that is. It keeps people from starting two servers on one
 * file; a lock whose process is gone from this machine is taken over. It is no fence: the journal looks for itself.
 */
import { readFile, unlink, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { isRecord, parseJson } from '../../wire/guards.ts'
import { FoundingsError } from './error.ts'

interface Owner {
  readonly host: string
  readonly pid: number
  /** When the process began, in its own clock: tells it from an earlier one of the same number, as containers have. */
  readonly began: number
}

/** Takes the lock of `path`. Resolves to what gives it back; rejects with FoundingsError('locked'), or Node's error. */
export async function takeLock(path: string): Promise<() => Promise<void>> {
  const lock = `${path}.lock`
  const self: Owner = { host: hostname(), pid: process.pid, began: performance.timeOrigin }
  if (!(await create(lock, self))) {
    const owner = parseOwner(await readFile(lock, 'utf8').catch(() => ''))
    if (owner === undefined || isAlive(owner, self)) throw locked(path, lock, owner)
    await unlink(lock)
    if (!(await create(lock, self))) throw locked(path, lock, undefined)
  }
  return () => unlink(lock).catch(() => {})
}

async function create(lock: string, owner: Owner): Promise<boolean> {
  try {
    await writeFile(lock, JSON.stringify(owner), { flag: 'wx' })
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  }
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
  const value = parseJson(text)
  if (!isRecord(value)) return undefined
  const { host, pid, began } = value
  return typeof host === 'string' && typeof pid === 'number' && pid > 0 && typeof began === 'number'
    ? { host, pid, began }
    : undefined
}

function locked(path: string, lock: string, owner: Owner | undefined): FoundingsError {
  const who = owner === undefined ? 'another process' : `process ${owner.pid} on ${owner.host}`
  return new FoundingsError(
    'locked',
    `${path} is used by ${who}. When that process is surely gone, remove ${lock}.`,
  )
}

/** Whether `error` is one of Node's with this code. */
export const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
