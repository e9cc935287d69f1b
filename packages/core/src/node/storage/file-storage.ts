/**
 * A replica's storage in one file: a write is one append and one fdatasync; a write with a snapshot puts a whole new file in its
 * place. After a failure nothing is retried: only a new opening knows what is on disk. The layout is in content.ts, the order of
 * calls in opened-once.ts.
 *
 * The fence: an opening appends a record of its own, so a file that is another one, or longer, than this opening left it has
 * been opened again. That is looked for before each write and after it. It keeps openings of one process apart, and programs
 * that were let in by a lock that somebody removed; to keep programs apart is the lock's business (files/lock.ts).
 */
import { withDeadline } from '../../host/deadline.ts'
import { type Identity, type Storage, StorageError } from '../../host/storage/contract.ts'
import { identityMismatch } from '../../host/storage/identity-check.ts'
import { openedOnce } from '../../host/storage/opened-once.ts'
import { maxSlotOf, rowsCovered } from '../../host/storage/rows.ts'
import type { Codec } from '../../logic/base/codec.ts'
import { incarnation } from '../../logic/base/ids.ts'
import type { Persist } from '../../logic/consensus/engine.ts'
import { type Files, nodeFiles, type OpenFile } from '../files/file-system.ts'
import { replaceFile } from '../files/replace.ts'
import {
  type Content,
  encodeContent,
  encodeOpening,
  encodeWrite,
  openedIdentity,
  readContent,
  type StoredRow,
  storedIdentity,
} from './content.ts'
import { fileErrorOf } from './file-error.ts'
import { encodeRecord, headBytes } from './records.ts'

export interface FileStorageOptions {
  /** The file: one for each replica, for nothing else. Its folder is there. */
  readonly path: string
  readonly codec: Codec
  /** A replica was stored here before: its state is lost where there is no file (`Missing`). */
  readonly mustExist?: boolean
  /** An opening or a write that the system does not answer for this long has failed. */
  readonly timeoutMs?: number
  /** Default: Node's. */
  readonly files?: Files
}

/** A disk may be busy with others' work; one that is silent for this long is gone. */
const defaultTimeoutMs = 30_000

/** Openings that come between an opening's look at the file and its record, before it gives up. */
const openingsMax = 10

/** The file as the last completed step of this opening left it. */
interface OpenState {
  readonly file: OpenFile
  readonly inode: number
  readonly identity: Content['identity']
  /** Of this opening. */
  readonly own: number
  readonly rows: StoredRow[]
  readonly nextNumber: number
  readonly end: number
}

/** A storage in the file `options.path`, opened once. Every rejection is a StorageError. */
export function createFileStorage(options: FileStorageOptions): Storage {
  const { path, codec, mustExist = false, timeoutMs = defaultTimeoutMs, files = nodeFiles } = options
  const place: Place = { path, codec, files }
  return openedOnce<OpenState>({
    place: path,
    timeouts: { writeMs: timeoutMs, checkMs: timeoutMs },
    errorOf: fileErrorOf,
    // Nobody tells when a file is deleted: the next write or check finds out.
    async open(wanted) {
      const opening = openFile(place, wanted, mustExist)
      const late = () => new StorageError('Failed', `could not open ${path} within ${timeoutMs} ms`)
      try {
        const { content, open } = await withDeadline(opening, timeoutMs, late)
        const identity = openedIdentity(wanted, content.identity)
        return {
          opened: { identity, incarnation: incarnation(open.own), recovered: content.recovered },
          open,
        }
      } catch (cause) {
        void opening.then(({ open }) => open.file.close()).catch(() => {})
        throw cause
      }
    },
    write: (open, persist) =>
      persist.snapshot === null ? appendWrite(place, open, persist) : compact(place, open, persist),
    check: open => checkOurs(place, open),
    release: ({ file }, idle) => idle.then(() => file.close()),
  })
}

interface Place {
  readonly path: string
  readonly codec: Codec
  readonly files: Files
}

/** Reads all that is there and records this opening, or makes the file. */
async function openFile(place: Place, wanted: Identity, mustExist: boolean) {
  const { path, codec, files } = place
  if ((await files.facts(path)) === undefined) {
    if (mustExist) throw new StorageError('Missing', `${path} is gone`)
    const { parts } = encodeContent(codec, {
      identity: storedIdentity(wanted),
      incarnation: 0,
      hardState: null,
      snapshot: null,
      rows: [],
    })
    await replaceFile(files, path, parts)
  }
  await files.remove(`${path}.new`)
  const file = await files.open(path)
  if (file === undefined) throw new StorageError('Missing', `${path} is gone`)
  try {
    for (let opening = 0; opening < openingsMax; opening += 1) {
      const content = await readAll(place, file, wanted)
      const open = await recordOpening(place, file, content)
      if (open !== undefined) return { content, open }
    }
    throw new StorageError('Failed', `${path} is being opened by others again and again`)
  } catch (cause) {
    await file.close().catch(() => {})
    throw cause
  }
}

async function readAll({ path, codec }: Place, file: OpenFile, wanted: Identity): Promise<Content> {
  const { size } = await file.facts()
  const content = readContent(codec, await file.read(0, size))
  if (typeof content === 'string')
    throw new StorageError(
      'Corrupt',
      `${path}: ${content}. Bring the file back from a copy of this very moment, or give this replica up: remove its ` +
        'folder, and a new member takes its place.',
    )
  const mismatch = identityMismatch(content.identity, wanted)
  if (mismatch !== null) throw new StorageError('Mismatch', `${path}: ${mismatch}`)
  if (content.end < size) await file.truncate(content.end)
  return content
}

/** Undefined when something else was written meanwhile: then all is to be read again. */
async function recordOpening(
  { codec }: Place,
  file: OpenFile,
  { identity, incarnation: before, rows, nextNumber, end }: Content,
): Promise<OpenState | undefined> {
  const own = before + 1
  const record = encodeRecord(nextNumber, own, encodeOpening(codec))
  await file.append(record)
  await file.datasync()
  const { inode, size } = await file.facts()
  if (size !== end + record.length) return undefined
  return { file, inode, identity, own, rows: [...rows], nextNumber: nextNumber + 1, end: size }
}

async function appendWrite(place: Place, at: OpenState, persist: Persist): Promise<OpenState> {
  const record = encodeRecord(at.nextNumber, at.own, encodeWrite(place.codec, persist))
  const maxSlot = persist.log.length === 0 ? null : maxSlotOf(persist.log)
  await checkOurs(place, at)
  await at.file.append(record)
  await at.file.datasync()
  // The rows are the same list: if the write fails, nobody asks again.
  if (maxSlot !== null) at.rows.push({ from: at.end, bytes: record.length, maxSlot })
  const after = { ...at, nextNumber: at.nextNumber + 1, end: at.end + record.length }
  await checkOurs(place, after)
  return after
}

/** Writes the file anew, with the snapshot in place of what it covers. */
async function compact(place: Place, at: OpenState, persist: Persist): Promise<OpenState> {
  const { path, codec, files } = place
  const { hardState, snapshot, log } = persist
  const own = encodeWrite(codec, persist)
  const maxSlots = at.rows.map(row => row.maxSlot)
  if (log.length > 0) maxSlots.push(maxSlotOf(log))
  const covered = snapshot === null ? 0 : rowsCovered(maxSlots, snapshot.through)
  const rows: Uint8Array[] = []
  for (const row of at.rows.slice(covered))
    rows.push(await at.file.read(row.from + headBytes, row.bytes - headBytes))
  if (log.length > 0 && covered < maxSlots.length) rows.push(own)
  const { parts, ...file } = encodeContent(codec, {
    identity: at.identity,
    incarnation: at.own,
    hardState,
    snapshot,
    rows,
  })
  await replaceFile(files, path, parts, () => checkOurs(place, at))
  const opened = await files.open(path)
  if (opened === undefined) throw fenced(path, at.own)
  const after = { ...at, ...file, file: opened, inode: (await opened.facts()).inode }
  await at.file.close()
  await checkOurs(place, after)
  return after
}

async function checkOurs({ path, files }: Place, { inode, end, own }: OpenState): Promise<void> {
  const facts = await files.facts(path)
  if (facts?.inode !== inode || facts.size !== end) throw fenced(path, own)
}

const fenced = (path: string, own: number) =>
  new StorageError('Fenced', `a later opening than ${own} owns ${path}, or it is gone`)
