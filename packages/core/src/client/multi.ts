/**
 * What an app writes into a multi and gets back, with types that follow its operations one by one. Does not know how they
 * are carried out.
 */
import type { Acl } from '../logic/state/acl.ts'
import type { CreateMode } from '../logic/state/command.ts'
import type { TreeAnswer } from '../logic/state/contract.ts'
import type { ZnodePath } from '../logic/state/path.ts'
import type { Stat } from '../logic/state/stat.ts'
import { bytesOf } from './bytes.ts'
import type { KeeperError } from './error.ts'

export type Data = Uint8Array | string

/** What a create may say besides path and data. */
export interface CreateSettings {
  /** Default: `persistent`. */
  readonly mode?: CreateMode
  /** For the modes with a TTL, 1 to 2^40 - 1: milliseconds since its last change after which a childless znode goes. */
  readonly ttlMs?: number
  /** Who may do what. Default: everybody everything. */
  readonly acl?: Acl
}

export interface Created {
  /** With the sequence number, where the mode asks for one. */
  readonly path: ZnodePath
  readonly stat: Stat
}

/** A znode's content, with its stat. */
export interface Znode<Value = Uint8Array> {
  readonly data: Value
  readonly stat: Stat
}

/** One of a transaction's; `Value` is what is written. */
export type MultiOperation<Value = Data> =
  | ({ readonly type: 'create'; readonly path: string; readonly data?: Value } & CreateSettings)
  /** `version` -1, the default: whichever. So in the others. */
  | { readonly type: 'delete'; readonly path: string; readonly version?: number }
  | { readonly type: 'set'; readonly path: string; readonly data: Value; readonly version?: number }
  /** Changes nothing, and lets the others be carried out only where the znode has this version. */
  | { readonly type: 'check'; readonly path: string; readonly version?: number }

interface MultiAnswers {
  readonly create: Created
  readonly delete: undefined
  readonly set: Stat
  readonly check: undefined
}

/** One result for each operation, of its kind. */
export type MultiResults<Operations extends readonly { readonly type: keyof MultiAnswers }[]> = {
  readonly [Index in keyof Operations]: MultiAnswers[Operations[Index]['type']]
}

export type SingleQuery =
  | { readonly type: 'get'; readonly path: string }
  | { readonly type: 'children'; readonly path: string }

interface SingleAnswers<Value> {
  readonly get: Znode<Value>
  readonly children: { readonly children: readonly string[]; readonly stat: Stat }
}

/** One result for each query: its answer, or its own error. */
export type MultiReadResults<Queries extends readonly SingleQuery[], Value = Uint8Array> = {
  readonly [Index in keyof Queries]:
    | { readonly ok: true; readonly value: SingleAnswers<Value>[Queries[Index]['type']] }
    | { readonly ok: false; readonly error: KeeperError }
}

/** As the state's parser takes it. */
export function plainOperation(operation: MultiOperation): object {
  switch (operation.type) {
    case 'create': {
      const { data = '', mode = 'persistent' } = operation
      return { ...operation, data: bytesOf(data), mode }
    }
    case 'set':
      return { version: -1, ...operation, data: bytesOf(operation.data) }
    case 'delete':
    case 'check':
      return { version: -1, ...operation }
  }
}

export function resultOf(answer: TreeAnswer): Created | Stat | undefined {
  switch (answer.type) {
    case 'create':
      return { path: answer.path, stat: answer.stat }
    case 'set':
      return answer.stat
    case 'delete':
    case 'check':
      return undefined
  }
}
