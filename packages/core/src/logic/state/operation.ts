/**
 * Operations as they come in, from the app's door or out of the log: plain data, believed by nobody, parsed here to
 * {@link Operation}. Owns what an operation must look like; whether it succeeds is decided when it is applied.
 */
import { znodeBytesMax } from '../base/limits.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { CreateMode, Operation } from './command.ts'
import { type Failure, failure } from './error.ts'
import { parsePath, parseSequencePrefix, pathBytes, sequenceDigits } from './path.ts'

/**
 * An operation from the app, or what is wrong with it: BadArguments (shape, path, mode, version) or DataTooLarge. What
 * passes here and is refused later is refused by the state of the tree.
 */
export function parseOperation(value: unknown): Result<Operation, Failure> {
  const parsed = readOperation(value)
  if (!parsed.ok) return parsed
  const tooLarge = checkSize(parsed.value)
  return tooLarge === null ? parsed : err(tooLarge)
}

/**
 * An operation out of the log. Lets data of any size through: too much of it is refused when applied, in the name of
 * its session, like every other operating error.
 */
export function readOperation(value: unknown): Result<Operation, Failure> {
  if (typeof value !== 'object' || value === null) return bad('an operation is an object')
  const { type, path, data, mode, version } = value as Fields
  switch (type) {
    case 'create': {
      if (!isCreateMode(mode)) return bad(`there is no mode of create ${show(mode)}`)
      const parsed = isSequential(mode) ? parseSequencePrefix(path) : parsePath(path)
      if (!parsed.ok) return parsed
      if (!(data instanceof Uint8Array)) return bad('the data of a create is bytes')
      return ok({ type: 'create', path: parsed.value, data, mode })
    }
    case 'delete': {
      const parsed = parsePath(path)
      if (!parsed.ok) return parsed
      if (!isVersion(version)) return bad(`a version is a 32-bit integer: ${show(version)}`)
      return ok({ type: 'delete', path: parsed.value, version })
    }
    case 'set': {
      const parsed = parsePath(path)
      if (!parsed.ok) return parsed
      if (!(data instanceof Uint8Array)) return bad('the data of a set is bytes')
      if (!isVersion(version)) return bad(`a version is a 32-bit integer: ${show(version)}`)
      return ok({ type: 'set', path: parsed.value, data, version })
    }
    case 'closeSession':
      return ok({ type: 'closeSession' })
    default:
      return bad(`there is no operation ${show(type)}`)
  }
}

/** DataTooLarge when the path (with its sequence number) and the data exceed what one znode may hold, else null. */
export function checkSize(operation: Operation): Failure | null {
  if (operation.type !== 'create' && operation.type !== 'set') return null
  const { path, data } = operation
  const suffix = operation.type === 'create' && isSequential(operation.mode) ? sequenceDigits : 0
  // No code unit of a path takes more than three bytes: the usual case needs no counting.
  if (data.length + 3 * path.length + suffix <= znodeBytesMax) return null
  const bytes = data.length + pathBytes(path) + suffix
  if (bytes <= znodeBytesMax) return null
  return failure('DataTooLarge', `data and path take ${bytes} bytes, a znode holds ${znodeBytesMax}`)
}

export const isSequential = (mode: CreateMode): mode is 'persistentSequential' | 'ephemeralSequential' =>
  mode === 'persistentSequential' || mode === 'ephemeralSequential'

export const isEphemeral = (mode: CreateMode): mode is 'ephemeral' | 'ephemeralSequential' =>
  mode === 'ephemeral' || mode === 'ephemeralSequential'

interface Fields {
  readonly type?: unknown
  readonly path?: unknown
  readonly data?: unknown
  readonly mode?: unknown
  readonly version?: unknown
}

const isCreateMode = (value: unknown): value is CreateMode =>
  value === 'persistent' ||
  value === 'ephemeral' ||
  value === 'persistentSequential' ||
  value === 'ephemeralSequential'

/** Any signed 32-bit integer: versions wrap, so the negative ones do occur. */
const isVersion = (value: unknown): value is number => typeof value === 'number' && (value | 0) === value

const bad = (message: string): Result<never, Failure> => err(failure('BadArguments', message))

const show = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 100) : typeof value)
