/**
 * Commands as the log carries them: flat rows that start with what is done. The names of fields would be a third of what a
 * small write puts on every replica's disk and wire. Owns the rows and the parser at the door; what an operation must look
 * like stands in operation.ts.
 */
import { isCounter, sessionId, xid } from '../base/ids.ts'
import { sessionTimeoutMsMax, sessionTimeoutMsMin, sweepZnodesMax } from '../base/limits.ts'
import { err, ok, type Result } from '../base/result.ts'
import {
  aNodeId,
  anId,
  aSessionId,
  aSlot,
  as,
  ifOk,
  known,
  listOf,
  oneOf,
  row,
  type Shape,
} from '../base/shape.ts'
import type { Acl } from './acl.ts'
import type { Command, Operation } from './command.ts'
import type { SweepCandidate } from './contract.ts'
import type { Failure } from './error.ts'
import { readCreate, readOperation, readSet } from './operation.ts'
import { parsePath } from './path.ts'

type Row = readonly unknown[]

export function rowOf(command: Command): Row {
  switch (command.type) {
    case 'openSession':
      return [command.type, command.token, command.timeoutMs]
    case 'lead':
      return [command.type, command.node]
    case 'expireSession':
      return [command.type, command.session, command.leadership, command.lastZxid]
    case 'sweep': {
      const znodes = command.znodes.map(({ path, mzxid, pzxid }) => [path, mzxid, pzxid])
      return [command.type, command.leadership, znodes]
    }
    case 'request': {
      const { session, xid: number, acknowledged, operation } = command
      return [operation.type, session, number, acknowledged, ...bodyOf(operation)]
    }
  }
}

/** What follows the head of a request. */
function bodyOf(operation: Operation): Row {
  switch (operation.type) {
    case 'create': {
      const { path, data, mode, acl, ttlMs } = operation
      if (acl === undefined && ttlMs === undefined) return [path, data, mode]
      return [path, data, mode, acl === undefined ? null : aclRows(acl), ttlMs ?? null]
    }
    case 'set':
      return [operation.path, operation.data, operation.version]
    case 'delete':
    case 'check':
      return [operation.path, operation.version]
    case 'setAcl':
      return [operation.path, aclRows(operation.acl), operation.version]
    case 'multi':
      return [operation.operations.map(each => [each.type, ...bodyOf(each)])]
    case 'addAuth':
      return [operation.scheme, operation.id]
    case 'setQuota':
      return [operation.path, operation.limits]
    case 'closeSession':
      return []
  }
}

const aclRows = (acl: Acl): Row => acl.map(({ scheme, id, perms }) => [scheme, id, perms])

const aFiniteNumber = known((value): value is number => Number.isFinite(value))
const aTimeout = as(aFiniteNumber, timeoutMs =>
  Math.min(Math.max(Math.round(timeoutMs), sessionTimeoutMsMin), sessionTimeoutMsMax),
)
const aSweepCandidate = row<SweepCandidate>({ path: ifOk(parsePath), mzxid: aSlot, pzxid: aSlot })

/** By type: the commands that are no session's request. */
const unasked = new Map<unknown, Shape<Command>>([
  ['openSession', row({ type: oneOf('openSession'), token: anId, timeoutMs: aTimeout })],
  ['lead', row({ type: oneOf('lead'), node: aNodeId })],
  [
    'expireSession',
    row({ type: oneOf('expireSession'), session: aSessionId, leadership: aSlot, lastZxid: aSlot }),
  ],
  [
    'sweep',
    row({ type: oneOf('sweep'), leadership: aSlot, znodes: listOf(aSweepCandidate, sweepZnodesMax) }),
  ],
])

/** A command out of its row, or why it is none. What follows the last field of a row is ignored. */
export function parseRow(value: unknown): Result<Command, string> {
  if (!Array.isArray(value)) return err('a command is a row')
  const command = (unasked.get(value[0]) ?? requestOf)(value)
  return command === undefined ? err('the row of a command is malformed') : ok(command)
}

function requestOf(row: Row): Command | undefined {
  const [type, session, number, acknowledged] = row
  if (!isCounter(session) || !isCounter(number) || number === 0 || !isCounter(acknowledged)) return undefined
  const operation = readRow(type, row)
  if (!operation.ok) return undefined
  return {
    type: 'request',
    session: sessionId(session),
    xid: xid(number),
    acknowledged: xid(acknowledged),
    operation: operation.value,
  }
}

/** The operation of a request. What is written most goes the shortest way. */
function readRow(type: unknown, row: Row): Result<Operation, Failure> {
  switch (type) {
    case 'create':
      if (row.length <= 7) return readCreate({ path: row[4], data: row[5], mode: row[6] })
      return readCreate({ path: row[4], data: row[5], mode: row[6], acl: aclFields(row[7]), ttlMs: row[8] })
    case 'set':
      return readSet({ path: row[4], data: row[5], version: row[6] })
    default:
      return readOperation(fieldsOf(type, row, 4))
  }
}

/** The fields of the operation whose body begins at `at` in `row`, not yet believed. */
function fieldsOf(type: unknown, row: Row, at: number): object | null {
  const path = row[at]
  switch (type) {
    case 'create': {
      const acl = row[at + 3]
      const fields = { type, path, data: row[at + 1], mode: row[at + 2] }
      return row.length <= at + 3 ? fields : { ...fields, acl: aclFields(acl), ttlMs: row[at + 4] }
    }
    case 'set':
      return { type, path, data: row[at + 1], version: row[at + 2] }
    case 'delete':
    case 'check':
      return { type, path, version: row[at + 1] }
    case 'setAcl':
      return { type, path, acl: aclFields(row[at + 1]), version: row[at + 2] }
    case 'multi':
      return { type, operations: Array.isArray(path) ? path.map(nestedFields) : null }
    case 'addAuth':
      return { type, scheme: path, id: row[at + 1] }
    case 'setQuota':
      return { type, path, limits: row[at + 1] }
    case 'closeSession':
      return { type }
    default:
      return null
  }
}

const nestedFields = (row: unknown): object | null =>
  Array.isArray(row) ? fieldsOf((row as Row)[0], row, 1) : null

const aclFields = (rows: unknown): unknown =>
  Array.isArray(rows)
    ? rows.map(row => (Array.isArray(row) ? { scheme: row[0], id: row[1], perms: row[2] } : null))
    : rows
