/** Puts a whole new file in the place of one: after a crash the one or the other is there. Knows nothing of what is in it. */
import { dirname } from 'node:path'
import type { Files } from './file-system.ts'

/**
 * Resolves when the file at `path` holds exactly `parts`, on disk. `mayReplace` is asked at the last moment before; when it
 * rejects, so does this, and the old file stays.
 */
export async function replaceFile(
  files: Files,
  path: string,
  parts: Iterable<Uint8Array>,
  mayReplace: () => Promise<void> = async () => {},
): Promise<void> {
  const beside = `${path}.new`
  const file = await files.create(beside)
  try {
    for (const part of parts) await file.append(part)
    await file.datasync()
  } finally {
    await file.close()
  }
  await mayReplace()
  await files.rename(beside, path)
  await files.syncFolder(dirname(path))
}
