/**
 * What can be said of an operation without the tree: what it is about, how large it is, what its mode means. Does not
 * parse anything.
 */
import { znodeBytesMax } from '../base/limits.ts'
import { aclBytes } from './acl-table.ts'
import type { CreateMode, Operation, TreeOperation } from './command.ts'
import { type Failure, failure, resultsOf } from './error.ts'
import { type SequencePrefix, sequenceDigits, utf8Bytes, type ZnodePath } from './path.ts'

/** DataTooLarge when an operation asks for more than a znode may hold; a multi may ask for as much altogether. */
export function checkSize(operation: Operation): Failure | null {
  switch (operation.type) {
    case 'create':
    case 'set':
      // No code unit of a path takes more than three bytes: the usual case needs no counting.
      if (operation.data.length + 3 * operation.path.length < znodeBytesMax / 2 && !('acl' in operation))
        return null
      return ofOne(operation)
    case 'setAcl':
    case 'delete':
    case 'check':
      return ofOne(operation)
    case 'multi': {
      let bytes = 0
      for (const [index, each] of operation.operations.entries()) {
        bytes += sizeOf(each)
        if (bytes <= znodeBytesMax) continue
        const results = resultsOf(operation.operations.length, index, 'DataTooLarge')
        return { ...tooLarge(bytes), results }
      }
      return null
    }
    case 'addAuth':
    case 'setQuota':
    case 'closeSession':
      return null
  }
}

export const tooLarge = (bytes: number): Failure =>
  failure('DataTooLarge', `data, path and ACL take ${bytes} bytes, a znode holds ${znodeBytesMax}`)

/** What the operation is about, where it is about one znode. */
export function pathOf(operation: Operation): ZnodePath | SequencePrefix | null {
  switch (operation.type) {
    case 'create':
    case 'delete':
    case 'set':
    case 'check':
    case 'setAcl':
    case 'setQuota':
      return operation.path
    case 'multi':
    case 'addAuth':
    case 'closeSession':
      return null
  }
}

export const isSequential = (mode: CreateMode): boolean =>
  mode === 'persistentSequential' || mode === 'ephemeralSequential' || mode === 'persistentSequentialWithTTL'

export const isEphemeral = (mode: CreateMode): boolean =>
  mode === 'ephemeral' || mode === 'ephemeralSequential'

export const hasTtl = (mode: CreateMode): boolean =>
  mode === 'persistentWithTTL' || mode === 'persistentSequentialWithTTL'

type SetAcl = Extract<Operation, { readonly type: 'setAcl' }>

function ofOne(operation: TreeOperation | SetAcl): Failure | null {
  const bytes = sizeOf(operation)
  return bytes <= znodeBytesMax ? null : tooLarge(bytes)
}

function sizeOf(operation: TreeOperation | SetAcl): number {
  const { path } = operation
  const bytes = utf8Bytes(path)
  switch (operation.type) {
    case 'create': {
      const { data, mode, acl } = operation
      const suffix = isSequential(mode) ? sequenceDigits : 0
      return bytes + suffix + data.length + (acl === undefined ? 0 : aclBytes(acl))
    }
    case 'set':
      return bytes + operation.data.length
    case 'setAcl':
      return bytes + aclBytes(operation.acl)
    case 'delete':
    case 'check':
      return bytes
  }
}
