/**
 * What is asked of a file system by those who keep something in one file: few steps, each of which may fail or be the last one
 * before a crash. `nodeFiles` is the real one; tests bring others. A write is on disk after `datasync`, a new name of a file
 * after `syncFolder`.
 */
import { open, rename, rm, stat } from 'node:fs/promises'
import { isCode } from './is-code.ts'

export interface FileFacts {
  /** What tells a file from another one that took its name. */
  readonly inode: number
  readonly size: number
}

export interface OpenFile {
  /** All of `bytes` behind what is there, or a part of them where it fails. */
  append(bytes: Uint8Array): Promise<void>
  /** `length` bytes from `from` on; fewer at the end of the file. */
  read(from: number, length: number): Promise<Uint8Array>
  facts(): Promise<FileFacts>
  truncate(size: number): Promise<void>
  /** Resolves when all that was written is on disk. */
  datasync(): Promise<void>
  close(): Promise<void>
}

export interface Files {
  /** Opens a file that is there, to read and to append; undefined when there is none. */
  open(path: string): Promise<OpenFile | undefined>
  /** Opens an empty file that only its owner may read, in place of one that is there. */
  create(path: string): Promise<OpenFile>
  /** Of the file at `path`; undefined when there is none. */
  facts(path: string): Promise<FileFacts | undefined>
  /** Puts `from` in the place of `to`, as one step. */
  rename(from: string, to: string): Promise<void>
  /** Resolves when the names in the folder at `path` are on disk. */
  syncFolder(path: string): Promise<void>
  /** Nothing happens when there is none. */
  remove(path: string): Promise<void>
}

export const nodeFiles: Files = {
  open: path => orMissing(openAs(path, 'a+')),
  create: path => openAs(path, 'w+'),
  facts: path => orMissing(stat(path).then(({ ino, size }) => ({ inode: ino, size }))),
  rename,
  // Where folders cannot be opened (Windows), the rename has to do.
  async syncFolder(path) {
    const folder = await open(path, 'r').catch(() => undefined)
    await folder?.sync().catch(() => {})
    await folder?.close()
  },
  remove: path => rm(path, { force: true }),
}

async function openAs(path: string, flags: 'a+' | 'w+'): Promise<OpenFile> {
  // 'a+' makes a file where there is none: one that is to be there is asked for first.
  if (flags === 'a+') await stat(path)
  const handle = await open(path, flags, 0o600)
  return {
    async append(bytes) {
      await handle.appendFile(bytes)
    },
    async read(from, length) {
      const bytes = new Uint8Array(length)
      let filled = 0
      while (filled < length) {
        const { bytesRead } = await handle.read(bytes, filled, length - filled, from + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return bytes.subarray(0, filled)
    },
    async facts() {
      const { ino, size } = await handle.stat()
      return { inode: ino, size }
    },
    truncate: size => handle.truncate(size),
    datasync: () => handle.datasync(),
    close: () => handle.close(),
  }
}

async function orMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}
