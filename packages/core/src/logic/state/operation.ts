/**
 * Operations as they come in, from the app's door or out of the log: plain data, believed by nobody, parsed here to
 * {@link Operation}. Owns what an operation must look like; whether it succeeds is decided when it is applied.
 */
import { isCounter } from '../base/ids.ts'
import { identityLengthMax, multiOperationsMax, ttlMsMax } from '../base/limits.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { Acl } from './acl.ts'
import type { CreateMode, Operation, TreeOperation } from './command.ts'
import { type Failure, failure, resultsOf } from './error.ts'
import { checkSize, hasTtl, isSequential } from './operation-facts.ts'
import { parseAcl } from './parse-acl.ts'
import { parsePath, parseSequencePrefix } from './path.ts'
import type { QuotaLimits } from './quota.ts'

/**
 * An operation from the app, or what is wrong with it: BadArguments (shape, path, mode, TTL, version, limits), InvalidACL
 * (shape) or DataTooLarge. What passes here and is refused later is refused by the state.
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
  if (!isObject(value)) return bad('an operation is an object')
  const { type, path, version, acl, operations, scheme, id, limits } = value as Fields
  switch (type) {
    case 'create':
      return readCreate(value)
    case 'set':
      return readSet(value)
    case 'delete':
    case 'check':
      return readVersioned(type, path, version)
    case 'setAcl': {
      const parsed = parsePath(path)
      if (!parsed.ok) return parsed
      const list = parseAcl(acl)
      if (!list.ok) return list
      if (!isVersion(version)) return badVersion(version)
      return ok({ type, path: parsed.value, acl: list.value, version })
    }
    case 'multi':
      return readMulti(operations)
    case 'addAuth':
      if (!isShort(scheme) || !isShort(id))
        return bad(`scheme and id are texts of at most ${identityLengthMax} characters`)
      return ok({ type, scheme, id })
    case 'setQuota': {
      const parsed = parsePath(path)
      if (!parsed.ok) return parsed
      const read = limits === null ? ok(null) : readLimits(limits)
      return read.ok ? ok({ type, path: parsed.value, limits: read.value }) : read
    }
    case 'closeSession':
      return ok({ type })
    default:
      return bad(`there is no operation ${show(type)}`)
  }
}

interface Fields {
  readonly type?: unknown
  readonly path?: unknown
  readonly data?: unknown
  readonly mode?: unknown
  readonly version?: unknown
  readonly acl?: unknown
  readonly ttlMs?: unknown
  readonly operations?: unknown
  readonly scheme?: unknown
  readonly id?: unknown
  readonly limits?: unknown
}

function readTreeOperation(value: unknown): Result<TreeOperation, Failure> {
  if (!isObject(value)) return bad('an operation is an object')
  const { type, path, version } = value as Fields
  switch (type) {
    case 'create':
      return readCreate(value)
    case 'set':
      return readSet(value)
    case 'delete':
    case 'check':
      return readVersioned(type, path, version)
    default:
      return bad(`there is no operation ${show(type)} in a multi`)
  }
}

/** The fields of a create, read; so below. */
export function readCreate({
  path,
  data,
  mode,
  acl,
  ttlMs,
}: Fields): Result<TreeOperation & { type: 'create' }, Failure> {
  if (!isCreateMode(mode)) return bad(`there is no mode of create ${show(mode)}`)
  const parsed = isSequential(mode) ? parseSequencePrefix(path) : parsePath(path)
  if (!parsed.ok) return parsed
  if (!(data instanceof Uint8Array)) return bad('the data of a create is bytes')
  const operation = { type: 'create', path: parsed.value, data, mode } as const
  if (isAbsent(acl) && isAbsent(ttlMs) && !hasTtl(mode)) return ok(operation)
  const ttl = readTtl(mode, ttlMs)
  if (!ttl.ok) return ttl
  const list = isAbsent(acl) ? ok({}) : readAclField(acl)
  return list.ok ? ok({ ...operation, ...ttl.value, ...list.value }) : list
}

function readTtl(mode: CreateMode, ttlMs: unknown): Result<{ readonly ttlMs?: number }, Failure> {
  if (!hasTtl(mode)) return isAbsent(ttlMs) ? ok({}) : bad(`a ${mode} znode has no TTL`)
  if (!isCounter(ttlMs) || ttlMs === 0 || ttlMs > ttlMsMax)
    return bad(`a TTL is a whole number of 1 to ${ttlMsMax} milliseconds`)
  return ok({ ttlMs })
}

function readAclField(value: unknown): Result<{ readonly acl: Acl }, Failure> {
  const list = parseAcl(value)
  return list.ok ? ok({ acl: list.value }) : list
}

export function readSet({ path, data, version }: Fields): Result<TreeOperation & { type: 'set' }, Failure> {
  const parsed = parsePath(path)
  if (!parsed.ok) return parsed
  if (!(data instanceof Uint8Array)) return bad('the data of a set is bytes')
  if (!isVersion(version)) return badVersion(version)
  return ok({ type: 'set', path: parsed.value, data, version })
}

function readVersioned<Type extends 'delete' | 'check'>(type: Type, path: unknown, version: unknown) {
  const parsed = parsePath(path)
  if (!parsed.ok) return parsed
  if (!isVersion(version)) return badVersion(version)
  return ok({ type, path: parsed.value, version })
}

/** What is wrong with one operation is wrong with all: its failure tells which. */
function readMulti(values: unknown): Result<Operation, Failure> {
  if (!Array.isArray(values)) return bad('a multi holds a list of operations')
  if (values.length > multiOperationsMax) return bad(`a multi holds at most ${multiOperationsMax} operations`)
  const operations: TreeOperation[] = []
  for (const value of values) {
    const parsed = readTreeOperation(value)
    if (!parsed.ok) {
      const { code } = parsed.error
      return err({ ...parsed.error, results: resultsOf(values.length, operations.length, code) })
    }
    operations.push(parsed.value)
  }
  return ok({ type: 'multi', operations })
}

const limitNames = ['count', 'bytes', 'countHardLimit', 'byteHardLimit'] as const

function readLimits(value: unknown): Result<QuotaLimits, Failure> {
  if (!isObject(value)) return bad('the limits of a quota are an object')
  const fields = value as { readonly [name: string]: unknown }
  const limits: { -readonly [name in keyof QuotaLimits]: number } = {}
  for (const name of limitNames) {
    const limit = fields[name]
    if (isAbsent(limit)) continue
    if (!isCounter(limit)) return bad(`the limit ${name} is a whole number of at least 0`)
    limits[name] = limit
  }
  return Object.keys(limits).length > 0 ? ok(limits) : bad('a quota limits something')
}

const createModes: Readonly<Record<CreateMode, true>> = {
  persistent: true,
  persistentSequential: true,
  ephemeral: true,
  ephemeralSequential: true,
  container: true,
  persistentWithTTL: true,
  persistentSequentialWithTTL: true,
}

const isCreateMode = (value: unknown): value is CreateMode =>
  typeof value === 'string' && Object.hasOwn(createModes, value)

/** Any signed 32-bit integer: versions wrap, so the negative ones do occur. */
const isVersion = (value: unknown): value is number => typeof value === 'number' && (value | 0) === value

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null

const isShort = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= identityLengthMax

const bad = (message: string): Result<never, Failure> => err(failure('BadArguments', message))

const badVersion = (version: unknown): Result<never, Failure> =>
  bad(`a version is a 32-bit integer: ${show(version)}`)

const show = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 100) : typeof value)
