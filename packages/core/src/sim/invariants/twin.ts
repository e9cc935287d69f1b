/**
 * A naive twin of the replicated state for what the workload does (znodes directly below the root, sessions, expiry),
 * written without a look at the machine: fed with what was chosen, it says what each answer must be, and remembers how
 * every znode looked at every zxid.
 */
import type { Codec } from '../../logic/base/codec.ts'
import type { SessionId, Slot, Xid } from '../../logic/base/ids.ts'
import { type Command, type Operation, readCommand } from '../../logic/state/command.ts'
import type { Reply } from '../../logic/state/contract.ts'
import type { Chosen } from './decisions.ts'

export interface TwinZnode {
  readonly data: string
  readonly version: number
  /** 0 for a znode of no session. */
  readonly owner: number
}

/** What is compared of a reply: the zxid, then `ok` with the version, or the code of the error. */
export type ReplyKey = string

interface Session {
  lastXid: number
  lastZxid: Slot
}

const textOf = (data: Uint8Array): string => new TextDecoder().decode(data)

export function replyKey({ zxid, result }: Reply): ReplyKey {
  if (!result.ok) return `${zxid} ${result.error.code}`
  const { value } = result
  return `${zxid} ok ${value.type === 'create' || value.type === 'set' ? value.stat.version : ''}`
}

export class Twin {
  readonly #codec: Codec
  readonly #history = new Map<string, { readonly zxid: Slot; readonly znode: TwinZnode | null }[]>()
  /** Every change in the order of the log. */
  readonly #changes: { readonly zxid: Slot; readonly words: string }[] = []
  readonly #sessions = new Map<SessionId, Session>()
  /** By token, the latest. */
  readonly #tokens = new Map<string, SessionId>()
  readonly #opened = new Map<SessionId, string>()
  readonly #replies = new Map<string, { readonly zxid: Slot; readonly key: ReplyKey }>()
  readonly #ended = new Map<SessionId, Slot>()
  #leadership = 0

  constructor(codec: Codec) {
    this.#codec = codec
  }

  get sessions(): ReadonlySet<SessionId> {
    return new Set(this.#sessions.keys())
  }

  get paths(): Iterable<string> {
    return this.#history.keys()
  }

  /** Whether `token` opened `session`, which may have ended since. */
  opened(token: string, session: SessionId): boolean {
    return this.#opened.get(session) === token
  }

  /** The slot that ended `session`. */
  endOf(session: SessionId): Slot | undefined {
    return this.#ended.get(session)
  }

  reply(session: SessionId, xid: Xid): { readonly zxid: Slot; readonly key: ReplyKey } | undefined {
    return this.#replies.get(`${session} ${xid}`)
  }

  /** The znode at `path` after `zxid`, and the zxid of its last change until then. */
  at(path: string, zxid: Slot): { readonly znode: TwinZnode | null; readonly changedAt: number } {
    const history = this.#history.get(path) ?? []
    for (let index = history.length - 1; index >= 0; index--) {
      const change = history[index]
      if (change && change.zxid <= zxid) return { znode: change.znode, changedAt: change.zxid }
    }
    return { znode: null, changedAt: 0 }
  }

  /** When the znode at `path` changed after `from`, until `through`. */
  changes(path: string, from: Slot, through: Slot): readonly Slot[] {
    const history = this.#history.get(path) ?? []
    return history.map(({ zxid }) => zxid).filter(zxid => zxid > from && zxid <= through)
  }

  /** What changed anywhere after `from`, until `through`: the event, the path, the zxid. */
  changesOfTree(from: Slot, through: Slot): readonly string[] {
    let low = 0
    let high = this.#changes.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#changes[middle]?.zxid ?? through) > from) high = middle
      else low = middle + 1
    }
    const found: string[] = []
    for (let at = this.#changes[low]; at !== undefined && at.zxid <= through; at = this.#changes[++low])
      found.push(at.words)
    return found
  }

  apply({ slot: zxid, value }: Chosen): void {
    if (!(value instanceof Uint8Array)) return
    const read = readCommand(this.#codec, value)
    if (read.ok) this.#carryOut(zxid, read.value.command)
  }

  #carryOut(zxid: Slot, command: Command): void {
    switch (command.type) {
      case 'lead':
        this.#leadership = zxid
        return
      case 'openSession':
        return this.#open(zxid, command.token)
      case 'expireSession': {
        const session = this.#sessions.get(command.session)
        if (!session || command.leadership !== this.#leadership || session.lastZxid > command.lastZxid) return
        return this.#end(zxid, command.session)
      }
      case 'request': {
        const session = this.#sessions.get(command.session)
        if (!session || command.xid !== session.lastXid + 1) return
        session.lastXid = command.xid
        session.lastZxid = zxid
        const key = `${zxid} ${this.#operate(zxid, command.session, command.operation)}`
        this.#replies.set(`${command.session} ${command.xid}`, { zxid, key })
        return
      }
    }
  }

  #open(zxid: Slot, token: string): void {
    const open = this.#tokens.get(token)
    if (open !== undefined && this.#sessions.has(open)) return
    const session = zxid as number as SessionId
    this.#tokens.set(token, session)
    this.#opened.set(session, token)
    this.#sessions.set(session, { lastXid: 0, lastZxid: zxid })
  }

  #end(zxid: Slot, session: SessionId): void {
    this.#sessions.delete(session)
    this.#ended.set(session, zxid)
    for (const [path, history] of this.#history)
      if (history.at(-1)?.znode?.owner === session) this.#change(zxid, path, null)
  }

  #operate(zxid: Slot, session: SessionId, operation: Operation): string {
    if (operation.type === 'closeSession') {
      this.#end(zxid, session)
      return 'ok '
    }
    if (operation.type !== 'create' && operation.type !== 'set' && operation.type !== 'delete')
      return 'not of this workload'
    const { path } = operation
    const znode = this.at(path, zxid).znode
    switch (operation.type) {
      case 'create': {
        if (znode !== null) return 'NodeExists'
        const owner = operation.mode === 'ephemeral' ? session : 0
        this.#change(zxid, path, { data: textOf(operation.data), version: 0, owner })
        return 'ok 0'
      }
      case 'set': {
        if (znode === null) return 'NoNode'
        if (operation.version !== -1 && operation.version !== znode.version) return 'BadVersion'
        const version = znode.version + 1
        this.#change(zxid, path, { ...znode, data: textOf(operation.data), version })
        return `ok ${version}`
      }
      case 'delete':
        if (znode === null) return 'NoNode'
        if (operation.version !== -1 && operation.version !== znode.version) return 'BadVersion'
        this.#change(zxid, path, null)
        return 'ok '
    }
  }

  #change(zxid: Slot, path: string, znode: TwinZnode | null): void {
    const history = this.#history.get(path) ?? []
    this.#history.set(path, history)
    const before = history.at(-1)?.znode ?? null
    const event = before === null ? 'NodeCreated' : znode === null ? 'NodeDeleted' : 'NodeDataChanged'
    this.#changes.push({ zxid, words: `${event} ${path} ${zxid}` })
    history.push({ zxid, znode })
  }
}
