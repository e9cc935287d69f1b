/**
 * The rules of docs/spec/state.md once more, deliberately naive: lists that are searched, counts that are counted anew,
 * nothing forgotten. Shares no code with the machine; for valid, small commands only.
 */
import type { Command, Operation } from '../../src/logic/state/command.ts'

interface Node {
  path: string
  data: string
  czxid: number
  mzxid: number
  pzxid: number
  ctime: number
  mtime: number
  version: number
  creates: number
  deletes: number
  owner: number
}

interface Session {
  id: number
  token: string
  timeoutMs: number
  lastXid: number
  lastZxid: number
  acknowledged: number
  answers: { xid: number; answer: string }[]
  open: boolean
}

type Request = Extract<Command, { type: 'request' }>

const parentOf = (path: string): string => path.split('/').slice(0, -1).join('/') || '/'
const hex = (data: Uint8Array): string => Array.from(data, byte => byte.toString(16)).join(' ')

export class Model {
  zxid = 0
  timeMs = 0
  leadership = 0
  nodes: Node[] = [this.#node('/', '', 0), this.#node('/zookeeper', '', 0)]
  sessions: Session[] = []

  /** What the command comes to, in words that tests compare; `changes` as `type path`. */
  apply(timeMs: number, command: Command): { outcome: string; changes: string[] } {
    this.zxid++
    this.timeMs = Math.max(this.timeMs, timeMs)
    const changes: string[] = []
    return { outcome: this.#outcome(command, changes), changes }
  }

  children(path: string): string[] {
    return this.nodes
      .filter(node => node.path !== '/' && parentOf(node.path) === path)
      .map(node => node.path.slice(node.path.lastIndexOf('/') + 1))
      .sort((a, b) => (a < b ? -1 : 1))
  }

  stat(path: string): object | null {
    const node = this.#find(path)
    if (node === undefined) return null
    const { czxid, mzxid, pzxid, ctime, mtime, version, creates, deletes, owner, data } = node
    return {
      czxid,
      mzxid,
      pzxid,
      ctime,
      mtime,
      version,
      cversion: creates + deletes - (path === '/' ? 1 : 0),
      aversion: 0,
      ephemeralOwner: owner,
      dataLength: data === '' ? 0 : data.split(' ').length,
      numChildren: this.children(path).length,
    }
  }

  #outcome(command: Command, changes: string[]): string {
    switch (command.type) {
      case 'openSession': {
        const { token, timeoutMs } = command
        const found = this.sessions.find(session => session.open && session.token === token)
        if (found !== undefined) return `opened ${found.id} ${found.timeoutMs}`
        const fresh = { lastXid: 0, lastZxid: this.zxid, acknowledged: 0, answers: [], open: true }
        this.sessions.push({ id: this.zxid, token, timeoutMs, ...fresh })
        return `opened ${this.zxid} ${timeoutMs}`
      }
      case 'lead':
        this.leadership = this.zxid
        return 'led'
      case 'expireSession': {
        const session = this.sessions.find(({ id, open }) => open && id === command.session)
        if (session !== undefined && command.leadership === this.leadership)
          if (session.lastZxid <= command.lastZxid) this.#end(session, changes)
        return 'nothing'
      }
      case 'request':
        return this.#request(command, changes)
    }
  }

  #request({ session: id, xid, acknowledged, operation }: Request, changes: string[]): string {
    const session = this.sessions.find(each => each.open && each.id === id)
    if (session === undefined) return 'SessionExpired'
    if (xid > session.lastXid + 1) return `expected ${session.lastXid + 1}`
    if (xid <= session.acknowledged) return 'nothing'
    const given = session.answers.find(each => each.xid === xid)
    if (given !== undefined) return given.answer
    session.acknowledged = Math.max(session.acknowledged, Math.min(acknowledged, session.lastXid))
    session.lastXid = xid
    session.lastZxid = this.zxid
    if (operation.type === 'closeSession') {
      this.#end(session, changes)
      return `${this.zxid} closeSession`
    }
    const answer = `${this.zxid} ${this.#operate(id, operation, changes)}`
    session.answers.push({ xid, answer })
    return answer
  }

  #operate(session: number, operation: Operation, changes: string[]): string {
    switch (operation.type) {
      case 'create': {
        const { mode, data } = operation
        const parent = this.#find(parentOf(operation.path))
        if (parent === undefined) return 'NoNode'
        const number = String(parent.creates).padStart(10, '0')
        const path = operation.path + (mode.endsWith('Sequential') ? number : '')
        if (/^\/zookeeper($|\/)/.test(path)) return 'BadArguments'
        if (this.#find(path) !== undefined) return 'NodeExists'
        if (parent.owner !== 0) return 'NoChildrenForEphemerals'
        parent.creates++
        parent.pzxid = this.zxid
        this.nodes.push(this.#node(path, hex(data), mode.startsWith('ephemeral') ? session : 0))
        changes.push(`created ${path}`)
        return `create ${path} ${JSON.stringify(this.stat(path))}`
      }
      case 'delete': {
        const { path, version } = operation
        if (path === '/' || /^\/zookeeper($|\/)/.test(path)) return 'BadArguments'
        const node = this.#find(path)
        if (node === undefined) return 'NoNode'
        if (version !== -1 && version !== node.version) return 'BadVersion'
        if (this.children(path).length > 0) return 'NotEmpty'
        this.#delete(path, changes)
        return 'delete'
      }
      case 'set': {
        const { path, data, version } = operation
        if (/^\/zookeeper($|\/)/.test(path)) return 'BadArguments'
        const node = this.#find(path)
        if (node === undefined) return 'NoNode'
        if (version !== -1 && version !== node.version) return 'BadVersion'
        Object.assign(node, {
          data: hex(data),
          mzxid: this.zxid,
          mtime: this.timeMs,
          version: node.version + 1,
        })
        changes.push(`dataChanged ${path}`)
        return `set ${JSON.stringify(this.stat(path))}`
      }
      case 'closeSession':
        return 'handled by the caller'
    }
  }

  #end(session: Session, changes: string[]): void {
    session.open = false
    const owned = this.nodes.filter(node => node.owner === session.id).map(node => node.path)
    for (const path of owned.sort((a, b) => (a < b ? -1 : 1))) this.#delete(path, changes)
  }

  #delete(path: string, changes: string[]): void {
    const parent = this.#find(parentOf(path))
    if (parent !== undefined) {
      parent.deletes++
      parent.pzxid = this.zxid
    }
    this.nodes = this.nodes.filter(node => node.path !== path)
    changes.push(`deleted ${path}`)
  }

  #find(path: string): Node | undefined {
    return this.nodes.find(node => node.path === path)
  }

  #node(path: string, data: string, owner: number): Node {
    const { zxid, timeMs } = this
    const times = { czxid: zxid, mzxid: zxid, pzxid: zxid, ctime: timeMs, mtime: timeMs }
    return { path, data, ...times, version: 0, creates: 0, deletes: 0, owner }
  }
}
