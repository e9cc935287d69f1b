/**
 * The rules of docs/spec/state.md once more, deliberately naive: lists that are searched, counts that are counted anew,
 * nothing forgotten, the whole tree copied before a multi. Shares no code with the machine; for valid, small commands
 * only.
 */
import type { Command, Operation, TreeOperation } from '../../src/logic/state/command.ts'
import {
  ADMIN,
  ascii,
  CREATE,
  DELETE,
  hex,
  isAt,
  isGiven,
  isValid,
  type Limits,
  type Line,
  lengthOf,
  type Node,
  open,
  parentOf,
  READ,
  type Request,
  readOnly,
  type Session,
  unusedMs,
  type World,
  WRITE,
} from './model-parts.ts'

export class Model {
  zxid = 0
  timeMs = 0
  leadership = 0
  nodes: Node[] = []
  sessions: Session[] = []
  quotas: { path: string; limits: Limits }[] = []
  #changes: string[] = []
  #over: string[] = []

  constructor() {
    for (const path of ['/', '/zookeeper', '/zookeeper/config', '/zookeeper/quota'])
      this.#add(path, '', path === '/zookeeper/config' ? readOnly : open)
  }

  /** What the command comes to, in words that tests compare; `changes` as `type path`. */
  apply(timeMs: number, command: Command): { outcome: string; changes: string[] } {
    this.zxid++
    this.timeMs = Math.max(this.timeMs, timeMs)
    this.#changes = []
    this.#over = []
    return { outcome: this.#outcome(command), changes: this.#changes }
  }

  children(path: string): string[] {
    return this.nodes
      .filter(node => node.path !== '/' && parentOf(node.path) === path)
      .map(node => node.path.slice(node.path.lastIndexOf('/') + 1))
      .sort((a, b) => (a < b ? -1 : 1))
  }

  stat(path: string): object | null {
    const node = this.find(path)
    if (node === undefined) return null
    const { czxid, mzxid, pzxid, ctime, mtime, version, aversion, creates, deletes, owner } = node
    const data = this.data(path)
    const given = { '/': 1, '/zookeeper': 2 }[path] ?? 0
    return {
      czxid,
      mzxid,
      pzxid,
      ctime,
      mtime,
      version,
      cversion: creates + deletes - given,
      aversion,
      ephemeralOwner: owner,
      dataLength: data === '' ? 0 : data.split(' ').length,
      numChildren: this.children(path).length,
    }
  }

  /** In hexadecimal; the usage of a quota as counted now. */
  data(path: string): string {
    const quota = this.quotas.find(each => path === `/zookeeper/quota${each.path}/zookeeper_stats`)
    if (quota === undefined) return this.find(path)?.data ?? ''
    const { count, bytes } = this.usage(quota.path)
    return ascii(`count=${count},bytes=${bytes}`)
  }

  find(path: string): Node | undefined {
    return this.nodes.find(node => node.path === path)
  }

  usage(top: string): { count: number; bytes: number } {
    const nodes = this.nodes.filter(({ path }) => isAt(path, top))
    return { count: nodes.length, bytes: nodes.reduce((sum, { data }) => sum + lengthOf(data), 0) }
  }

  mayRead(session: number, path: string): boolean {
    return this.#allows(session, path, READ)
  }

  ephemerals(session: number): string[] {
    return this.nodes
      .filter(node => node.owner === session && session > 0)
      .map(node => node.path)
      .sort()
  }

  sweepable(nowMs: number): string[] {
    return this.nodes.filter(node => this.#isOver(node, Math.max(nowMs, this.timeMs))).map(node => node.path)
  }

  #outcome(command: Command): string {
    switch (command.type) {
      case 'openSession': {
        const { token, timeoutMs } = command
        const found = this.sessions.find(session => session.open && session.token === token)
        if (found !== undefined) return `opened ${found.id} ${found.timeoutMs}`
        const fresh = { lastXid: 0, lastZxid: this.zxid, acknowledged: 0, open: true }
        this.sessions.push({ id: this.zxid, token, timeoutMs, ...fresh, answers: [], identities: [] })
        return `opened ${this.zxid} ${timeoutMs}`
      }
      case 'lead':
        this.leadership = this.zxid
        return 'led'
      case 'expireSession': {
        const session = this.sessions.find(({ id, open }) => open && id === command.session)
        if (session !== undefined && command.leadership === this.leadership)
          if (session.lastZxid <= command.lastZxid) this.#end(session)
        return 'nothing'
      }
      case 'sweep':
        if (command.leadership === this.leadership)
          for (const { path, mzxid, pzxid } of command.znodes) {
            const node = this.find(path)
            if (node?.mzxid === mzxid && node.pzxid === pzxid && this.#isOver(node, this.timeMs))
              this.#delete(path)
          }
        return 'nothing'
      case 'request':
        return this.#request(command)
    }
  }

  #request({ session: id, xid, acknowledged, operation }: Request): string {
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
      this.#end(session)
      return `${this.zxid} closeSession`
    }
    const said = this.#perform(session, operation)
    const over = /^[A-Z]/.test(said) ? [] : this.#over
    const answer = [`${this.zxid} ${said}`, ...over].join(' over ')
    session.answers.push({ xid, answer })
    return answer
  }

  #perform(session: Session, operation: Operation): string {
    switch (operation.type) {
      case 'create':
      case 'delete':
      case 'set':
      case 'check':
        return this.#operate(session.id, operation)
      case 'multi':
        return this.#multi(session.id, operation.operations)
      case 'addAuth': {
        const { scheme, id } = operation
        if (!isValid(scheme, id) || scheme === 'world') return 'AuthFailed'
        if (!session.identities.some(each => each.scheme === scheme && each.id === id))
          session.identities.push({ scheme, id })
        return 'addAuth'
      }
      case 'setAcl': {
        const { path, version } = operation
        if (isGiven(path)) return 'BadArguments'
        const acl = this.#resolve(session.id, operation.acl)
        if (acl === null) return 'InvalidACL'
        const node = this.find(path)
        if (node === undefined) return 'NoNode'
        if (!this.#allows(session.id, path, ADMIN)) return 'NoAuth'
        if (version !== -1 && version !== node.aversion) return 'BadVersion'
        node.acl = acl
        node.aversion++
        return `setAcl ${JSON.stringify(this.stat(path))}`
      }
      case 'setQuota':
        return this.#setQuota(session.id, operation.path, operation.limits)
      case 'closeSession':
        return 'handled by the caller'
    }
  }

  #multi(session: number, operations: readonly TreeOperation[]): string {
    const before: World = {
      nodes: structuredClone(this.nodes),
      changes: [...this.#changes],
      over: [...this.#over],
    }
    const answers: string[] = []
    for (const operation of operations) {
      const answer = this.#operate(session, operation)
      if (/^[A-Z]/.test(answer)) {
        this.nodes = before.nodes
        this.#changes = before.changes
        this.#over = before.over
        const rest = operations.slice(answers.length + 1).map(() => 'RuntimeInconsistency')
        return [...answers.map(() => 'Ok'), answer, ...rest].join(',')
      }
      answers.push(answer)
    }
    return `multi ${answers.join(',')}`
  }

  #operate(session: number, operation: TreeOperation): string {
    switch (operation.type) {
      case 'create': {
        const { mode, data } = operation
        const acl = operation.acl === undefined ? open : this.#resolve(session, operation.acl)
        if (acl === null) return 'InvalidACL'
        const parent = this.find(parentOf(operation.path))
        if (parent === undefined) return 'NoNode'
        if (!this.#allows(session, parent.path, CREATE)) return 'NoAuth'
        const number = String(parent.creates).padStart(10, '0')
        const path = operation.path + (mode.includes('Sequential') ? number : '')
        if (isGiven(path)) return 'BadArguments'
        if (this.find(path) !== undefined) return 'NodeExists'
        if (parent.owner !== 0) return 'NoChildrenForEphemerals'
        if (!this.#hasRoom(path, 1, data.length)) return 'QuotaExceeded'
        this.#create(path, hex(data), acl)
        Object.assign(this.find(path) ?? {}, {
          owner: mode.startsWith('ephemeral') ? session : 0,
          container: mode === 'container',
          ttlMs: operation.ttlMs ?? 0,
        })
        return `create ${path} ${JSON.stringify(this.stat(path))}`
      }
      case 'delete': {
        const { path, version } = operation
        if (path === '/' || isGiven(path)) return 'BadArguments'
        if (this.find(parentOf(path)) === undefined) return 'NoNode'
        if (!this.#allows(session, parentOf(path), DELETE)) return 'NoAuth'
        const node = this.find(path)
        if (node === undefined) return 'NoNode'
        if (version !== -1 && version !== node.version) return 'BadVersion'
        if (this.children(path).length > 0) return 'NotEmpty'
        this.#delete(path)
        return 'delete'
      }
      case 'set': {
        const { path, data, version } = operation
        if (isGiven(path)) return 'BadArguments'
        const node = this.find(path)
        if (node === undefined) return 'NoNode'
        if (!this.#allows(session, path, WRITE)) return 'NoAuth'
        if (!this.#hasRoom(path, 0, data.length - lengthOf(node.data))) return 'QuotaExceeded'
        if (version !== -1 && version !== node.version) return 'BadVersion'
        this.#set(path, hex(data))
        return `set ${JSON.stringify(this.stat(path))}`
      }
      case 'check': {
        const { path, version } = operation
        const node = this.find(path)
        if (node === undefined) return 'NoNode'
        if (!this.#allows(session, path, READ)) return 'NoAuth'
        return version !== -1 && version !== node.version ? 'BadVersion' : 'check'
      }
    }
  }

  #setQuota(session: number, path: string, limits: Limits | null): string {
    if (path === '/' || isGiven(path)) return 'BadArguments'
    const known = this.quotas.find(quota => quota.path === path)
    const node = this.find(path)
    if (node === undefined && (limits !== null || known === undefined)) return 'NoNode'
    if (node !== undefined && !this.#allows(session, path, ADMIN)) return 'NoAuth'
    const top = `/zookeeper/quota${path}`
    if (limits === null) {
      if (known === undefined) return 'NoNode'
      this.quotas = this.quotas.filter(quota => quota !== known)
      this.#delete(`${top}/zookeeper_limits`)
      this.#delete(`${top}/zookeeper_stats`)
      for (let at = top; at !== '/zookeeper/quota' && this.children(at).length === 0; at = parentOf(at))
        this.#delete(at)
      return 'setQuota'
    }
    const { count = -1, bytes = -1, countHardLimit, byteHardLimit } = limits
    let text = `count=${count},bytes=${bytes}`
    if (byteHardLimit !== undefined || countHardLimit !== undefined) text += '='
    if (byteHardLimit !== undefined) text += `;byteHardLimit=${byteHardLimit}`
    if (countHardLimit !== undefined) text += `;countHardLimit=${countHardLimit}`
    if (known !== undefined) {
      known.limits = limits
      this.#set(`${top}/zookeeper_limits`, ascii(text))
      return 'setQuota'
    }
    if (this.quotas.some(quota => isAt(quota.path, path) || isAt(path, quota.path))) return 'BadArguments'
    let at = '/zookeeper/quota'
    for (const name of path.slice(1).split('/')) {
      at += `/${name}`
      if (this.find(at) === undefined) this.#create(at, '', readOnly)
    }
    this.#create(`${top}/zookeeper_limits`, ascii(text), readOnly)
    this.#create(`${top}/zookeeper_stats`, '', readOnly)
    this.quotas.push({ path, limits })
    return 'setQuota'
  }

  #hasRoom(path: string, moreNodes: number, moreBytes: number): boolean {
    const quota = this.quotas.find(each => isAt(path, each.path))
    if (quota === undefined) return true
    const { count, bytes } = this.usage(quota.path)
    const { limits } = quota
    const isOver = (limit: number | undefined, used: number, more: number) =>
      limit !== undefined && more > 0 && used + more > limit
    if (isOver(limits.countHardLimit, count, moreNodes) || isOver(limits.byteHardLimit, bytes, moreBytes))
      return false
    if (isOver(limits.count, count, moreNodes) || isOver(limits.bytes, bytes, moreBytes))
      if (!this.#over.includes(quota.path)) this.#over.push(quota.path)
    return true
  }

  #allows(session: number, path: string, perm: number): boolean {
    const identities = this.sessions.find(({ id, open }) => open && id === session)?.identities ?? []
    return (this.find(path)?.acl ?? []).some(
      line =>
        (line.perms & perm) > 0 &&
        (line.scheme === 'world' ||
          identities.some(({ scheme, id }) => line.scheme === scheme && line.id === id)),
    )
  }

  #resolve(session: number, asked: readonly Line[]): Line[] | null {
    const identities = this.sessions.find(({ id, open }) => open && id === session)?.identities ?? []
    const lines: Line[] = []
    for (const { scheme, id, perms } of asked) {
      const those = scheme === 'auth' ? identities : isValid(scheme, id) ? [{ scheme, id }] : []
      if (those.length === 0) return null
      for (const each of those)
        if (!lines.some(line => line.scheme === each.scheme && line.id === each.id && line.perms === perms))
          lines.push({ ...each, perms })
    }
    return lines.length === 0 ? null : lines
  }

  #isOver(node: Node, timeMs: number): boolean {
    if (this.children(node.path).length > 0) return false
    if (node.container) return node.creates > 0 || timeMs - node.ctime > unusedMs
    return node.ttlMs > 0 && timeMs - node.mtime > node.ttlMs
  }

  #end(session: Session): void {
    session.open = false
    for (const path of this.ephemerals(session.id)) this.#delete(path)
  }

  #create(path: string, data: string, acl: Line[]): void {
    const parent = this.find(parentOf(path))
    if (parent !== undefined) Object.assign(parent, { creates: parent.creates + 1, pzxid: this.zxid })
    this.#add(path, data, acl)
    this.#changes.push(`created ${path}`)
  }

  #set(path: string, data: string): void {
    const node = this.find(path)
    if (node === undefined) return
    Object.assign(node, { data, mzxid: this.zxid, mtime: this.timeMs, version: node.version + 1 })
    this.#changes.push(`dataChanged ${path}`)
  }

  #delete(path: string): void {
    const parent = this.find(parentOf(path))
    if (parent !== undefined) Object.assign(parent, { deletes: parent.deletes + 1, pzxid: this.zxid })
    this.nodes = this.nodes.filter(node => node.path !== path)
    this.#changes.push(`deleted ${path}`)
  }

  #add(path: string, data: string, acl: Line[]): void {
    const { zxid, timeMs } = this
    const times = { czxid: zxid, mzxid: zxid, pzxid: zxid, ctime: timeMs, mtime: timeMs }
    const counts = { version: 0, aversion: 0, creates: 0, deletes: 0 }
    this.nodes.push({ path, data, ...times, ...counts, owner: 0, container: false, ttlMs: 0, acl })
  }
}
