/** Paths at the app's door. */
import { parsePath, type ZnodePath } from '../logic/state/path.ts'
import { keeperError } from './error.ts'

/** `text` as a path. Throws a KeeperError BadArguments. */
export function pathOf(text: string): ZnodePath {
  const path = parsePath(text)
  if (path.ok) return path.value
  throw keeperError(path.error, text)
}
