/**
 * A foundings file on disk: read once, then appended to, and written anew now and then. What it says to be written is on the
 * disk (fsync). Every write is a whole one or none: docs in file-format. Knows nothing of who asks.
 */
import { readFile } from 'node:fs/promises'
import { isCode, lockFile, nodeFiles, type OpenFile, replaceFile } from '@peerkeeper/core/files'
import { compactBytesMin } from '../limits.ts'
import type { Founding } from './book.ts'
import { FoundingsError } from './error.ts'
import { decodeFile, encodeFile, encodeWrite } from './file-format.ts'

export interface FoundingsFile {
  /** Resolves when `foundings` are on disk. One call at a time; after one that rejected, none. */
  append(foundings: readonly Founding[]): Promise<void>
  /** Whether what was appended is worth writing the file anew. */
  readonly isLong: boolean
  /** Replaces all that the file holds by `foundings`, as one. One call at a time with `append`. */
  rewrite(foundings: readonly Founding[]): Promise<void>
  /** Lets go of the file and its lock. */
  close(): Promise<void>
}

/**
 * Opens the file at `path`, made when there is none, written anew when there is one. Resolves to it and to what it holds.
 * Rejects with a FoundingsError when another process has it or it is damaged, with Node's error when it cannot be used.
 */
export async function openFoundingsFile(
  path: string,
): Promise<{ readonly file: FoundingsFile; readonly known: readonly Founding[] }> {
  const unlock = await takeLock(path)
  try {
    const known = latest(await readAll(path))
    let state = await replace(path, known)

    const file: FoundingsFile = {
      get isLong() {
        return state.appended > Math.max(compactBytesMin, state.compactBytes)
      },
      async append(foundings) {
        const bytes = new TextEncoder().encode(encodeWrite(foundings))
        await checkOurs(path, state)
        await state.handle.append(bytes)
        await state.handle.datasync()
        state.appended += bytes.length
      },
      async rewrite(foundings) {
        await checkOurs(path, state)
        await state.handle.close()
        state = await replace(path, foundings)
      },
      async close() {
        await state.handle.close().catch(() => {})
        unlock()
      },
    }
    return { file, known }
  } catch (error) {
    unlock()
    throw error
  }
}

interface State {
  readonly handle: OpenFile
  readonly inode: number
  /** The file's size when it was written anew, and what was appended since. Invariant: their sum is its size. */
  readonly compactBytes: number
  appended: number
}

async function readAll(path: string): Promise<readonly Founding[]> {
  try {
    return decodeFile(await readFile(path, 'utf8'), path)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return []
    throw error
  }
}

/** One founding a room, the last one. */
function latest(foundings: readonly Founding[]): Founding[] {
  return [...new Map(foundings.map(each => [each.room, each])).values()]
}

/** Puts a file that holds `foundings` in the place of the one at `path`: after a crash the one or the other is there. */
async function replace(path: string, foundings: readonly Founding[]): Promise<State> {
  await replaceFile(nodeFiles, path, [new TextEncoder().encode(encodeFile(foundings))])
  const handle = await nodeFiles.open(path)
  if (handle === undefined) throw changed(path)
  const { inode, size } = await handle.facts()
  return { handle, inode, compactBytes: size, appended: 0 }
}

/** Takes the file for this process. Resolves to what gives it back. */
async function takeLock(path: string): Promise<() => void> {
  const lock = await lockFile(path)
  if (lock.isHeld) return lock.unlock
  throw new FoundingsError('locked', `${path} is used by ${lock.by}`)
}

/** A second writer, let in by a removed lock, is found out before it does harm to what was answered. */
async function checkOurs(path: string, { inode, compactBytes, appended }: State): Promise<void> {
  const facts = await nodeFiles.facts(path)
  if (facts === undefined) throw new FoundingsError('changed', `${path} is gone`)
  if (facts.inode !== inode || facts.size !== compactBytes + appended) throw changed(path)
}

const changed = (path: string) => new FoundingsError('changed', `${path} was changed by another process`)
