/**
 * A simulated client: opens a session, keeps it alive, asks on several lanes at a time, moves to another replica when
 * its own stays silent and sends there again what was not answered. Checks what only the client can see: that its reads
 * never go back, show its own writes, and never show a change before its watch event came.
 */
import type { NodeId, SessionId, Xid, Zxid } from '../../logic/base/ids.ts'
import { noSlot, xid as xidOf } from '../../logic/base/ids.ts'
import type { ClientEvent, ClientId, ClientRequest } from '../../logic/replica/event.ts'
import type { Reply } from '../../logic/state/contract.ts'
import type { Chance } from '../chance.ts'
import type { Clock } from '../clock.ts'
import type { HistoryEvent, HistoryValue } from '../history.ts'
import type { Answers } from '../invariants/answers.ts'
import type { Life } from '../invariants/jumps.ts'
import { require } from '../violation.ts'
import { Follower } from './follower.ts'
import { Lane, type Outstanding } from './lane.ts'
import type { Requests, Wanted } from './requests.ts'

type Answered = Extract<ClientEvent, { type: 'answered' }>

export interface ClientConfig {
  readonly name: string
  readonly lanes: number
  readonly thinkMs: number
  readonly timeoutMs: number
  /** How long it waits for a silent replica, at most. */
  readonly patienceMsMax: number
  /** Whether it watches the whole tree besides. */
  readonly follows: boolean
}

/** At one life of a replica, as `client`. */
export interface Attached extends Life {
  readonly client: ClientId
}

/** What a client is given by the world around it. */
export interface ClientSurroundings {
  readonly clock: Clock
  readonly chance: Chance
  readonly answers: Answers
  record(event: HistoryEvent): void
  /** Attaches to `to`, or to some replica other than `before`; nobody there may hear it. */
  attach(before: NodeId | null, client: SimClient, to: NodeId | null): Attached
  send(client: ClientId, request: ClientRequest): void
  detach(client: ClientId): void
}

const pingMs = 1_000
const patienceMsMin = 600
const patienceMsOfCompany = 6_000

export class SimClient {
  readonly follower: Follower | null
  readonly #config: ClientConfig
  readonly #world: ClientSurroundings
  readonly #requests: Requests
  readonly #lanes: readonly Lane[]
  #attached: Attached | null = null
  #opened = 0
  #session: SessionId | null = null
  #lastXid = 0
  #nextId = 1
  readonly #writes = new Map<Xid, Outstanding>()
  readonly #reads = new Map<number, Outstanding>()
  /** Set and not yet fired, with the zxid of the state that was read with it. */
  readonly #watches = new Map<number, { readonly path: string; readonly at: Zxid }>()
  /** Watches below this were set at another replica. */
  #firstWatch = 1
  #seenZxid: Zxid = noSlot
  #heardAt = 0
  #patienceMs = patienceMsMin
  #finishing = false
  #asleep = false
  /** What came while it was asleep. */
  #missed: (() => void)[] = []

  constructor(config: ClientConfig, world: ClientSurroundings, requests: Requests, firstProcess: number) {
    this.#config = config
    this.#world = world
    this.#requests = requests
    this.follower = config.follows ? new Follower(config.name, world.answers) : null
    this.#lanes = Array.from({ length: config.lanes }, (_, index) => new Lane(firstProcess + index))
  }

  /** Everything was answered, a last write included. */
  get isDone(): boolean {
    return this.#finishing && this.#lanes.every(lane => lane.state === 'done')
  }

  start(): void {
    this.move()
    this.#every(pingMs, () => {
      if (this.#session !== null && !this.#asleep) this.#send({ type: 'ping', session: this.#session })
    })
    this.#every(100, () => this.#lookAfter())
  }

  /** Asks nothing new but, on each lane, one last write. */
  finish(): void {
    this.#finishing = true
  }

  /** Says and hears nothing for about as long as its session lives. */
  sleep(): void {
    if (this.#asleep) return
    this.#asleep = true
    this.#world.clock.after(this.#config.timeoutMs + this.#world.chance.between(-600, 800), () => {
      this.#asleep = false
      for (const lane of this.#lanes) if (lane.state === 'idle') this.#ask(lane)
      const missed = this.#missed
      this.#missed = []
      for (const hear of missed) hear()
    })
  }

  /** To another replica with all that is not answered; or to that one, and there it is very patient. */
  move(to: NodeId | null = null): void {
    if (this.#asleep) return
    if (this.#attached !== null) this.#world.detach(this.#attached.client)
    this.#attached = this.#world.attach(this.#attached?.node ?? null, this, to)
    this.#watches.clear()
    this.#firstWatch = this.#nextId
    this.#heardAt = this.#world.clock.now
    const { patienceMsMax } = this.#config
    this.#patienceMs = to ? patienceMsOfCompany : this.#world.chance.between(patienceMsMin, patienceMsMax)
    if (this.#session === null) return this.#open()
    this.#send({ type: 'ping', session: this.#session })
    this.#follow(this.#session)
    for (const [number, { wanted }] of this.#writes) this.#sendWrite(this.#session, number, wanted)
    for (const [id, outstanding] of this.#reads) this.#sendRead(this.#session, id, outstanding)
  }

  receive(client: ClientId, event: ClientEvent): void {
    if (this.#asleep) {
      this.#missed.push(() => this.receive(client, event))
      return
    }
    if (client !== this.#attached?.client) return
    this.#heardAt = this.#world.clock.now
    switch (event.type) {
      case 'opened':
        if (event.token !== this.#token || this.#session !== null) return
        this.#session = event.session
        this.#follow(event.session)
        for (const lane of this.#lanes) this.#think(lane)
        return
      case 'written':
        if (event.session === this.#session) this.#written(event.xid, event.reply)
        return
      case 'answered':
        if (event.session !== this.#session) return
        this.#answered(event)
        this.follower?.answered(event)
        return
      case 'watch':
        if (!this.follower?.told(event)) this.#fired(event.watch, event.zxid)
        return
      case 'resync':
        this.follower?.begunAnew(event)
        return
      case 'seen':
        if (event.session === this.#session) this.#saw(event.zxid)
        return
      case 'ended':
        if (event.session === this.#session) this.#endSession()
        return
      case 'refused':
      case 'quorum':
        return
    }
  }

  get #token(): string {
    return `${this.#config.name}-${this.#opened}`
  }

  #open(): void {
    this.#send({ type: 'open', token: this.#token, timeoutMs: this.#config.timeoutMs })
  }

  #lookAfter(): void {
    const waits = this.#session === null || this.#writes.size > 0 || this.#reads.size > 0
    if (!waits || this.#asleep) this.#heardAt = this.#world.clock.now
    else if (this.#world.clock.now - this.#heardAt > this.#patienceMs) this.move()
  }

  #think(lane: Lane): void {
    if (lane.state !== 'idle') return
    lane.state = 'thinking'
    const thinkMs = this.#finishing ? 1 : this.#world.chance.wait(this.#config.thinkMs)
    this.#world.clock.after(thinkMs, () => this.#ask(lane))
  }

  #ask(lane: Lane): void {
    lane.state = 'idle'
    if (this.#session === null || this.#asleep) return
    const closes = this.#writes.size + this.#reads.size === 0 && this.#world.chance.happens(0.005)
    const wanted: Wanted = this.#finishing
      ? this.#requests.last()
      : closes
        ? { type: 'write', operation: { type: 'closeSession' }, recorded: null }
        : this.#requests.next()
    lane.state = this.#finishing ? 'finishing' : 'asking'
    const outstanding: Outstanding = { lane, wanted, afterXid: xidOf(this.#lastXid) }
    this.#record(outstanding, 'invoke')
    if (wanted.type === 'write') {
      const number = xidOf(++this.#lastXid)
      this.#writes.set(number, outstanding)
      this.#sendWrite(this.#session, number, wanted)
    } else {
      const id = this.#nextId++
      this.#reads.set(id, outstanding)
      this.#sendRead(this.#session, id, outstanding)
    }
  }

  #sendWrite(session: SessionId, number: Xid, wanted: Wanted): void {
    if (wanted.type !== 'write') return
    const [first = this.#lastXid + 1] = this.#writes.keys()
    const acknowledged = xidOf(first - 1)
    this.#send({ type: 'write', session, xid: number, acknowledged, operation: wanted.operation })
  }

  #sendRead(session: SessionId, id: number, { wanted, afterXid }: Outstanding): void {
    if (wanted.type !== 'read') return
    const { consistency, query, watched } = wanted
    const watch = watched ? id : null
    this.#send({ type: 'read', session, id, afterXid, seenZxid: this.#seenZxid, consistency, query, watch })
  }

  #written(number: Xid, reply: Reply): void {
    const outstanding = this.#writes.get(number)
    if (outstanding === undefined || outstanding.wanted.type !== 'write') return
    const { result, zxid } = reply
    if (!result.ok && result.error.code === 'SessionExpired') return this.#endSession()
    this.#saw(zxid)
    this.#writes.delete(number)
    if (outstanding.wanted.operation.type === 'closeSession') {
      this.#release(outstanding.lane)
      return this.#endSession()
    }
    const { recorded } = outstanding.wanted
    if (result.ok && (result.value.type === 'create' || result.value.type === 'set')) {
      const { version } = result.value.stat
      if (recorded) this.#requests.saw(recorded.key, version)
      const data = Array.isArray(recorded?.value) ? recorded.value[1] : recorded?.value
      this.#record(outstanding, 'ok', [version, String(data)])
    } else if (result.ok) this.#record(outstanding, 'ok', null)
    else this.#record(outstanding, 'fail', result.error.code)
    this.#release(outstanding.lane)
  }

  #answered({ session, id, zxid, result }: Answered): void {
    const outstanding = this.#reads.get(id)
    if (outstanding === undefined || outstanding.wanted.type !== 'read') return
    const { wanted, afterXid } = outstanding
    const seenZxid = this.#seenZxid
    const { path } = wanted.query
    const { answers } = this.#world
    require(zxid >= seenZxid, 'read-goes-back', () =>
      `${this.#config.name} had seen ${seenZxid} and read ${path} at ${zxid}`)
    require(afterXid === 0 || zxid >= answers.carriedOut(session, afterXid), 'own-writes', () =>
      `${this.#config.name} read ${path} at ${zxid}, before its own request ${afterXid}`)
    const answer = result.ok ? result.value : null
    answers.checkRead(path, zxid, answer)
    this.#saw(zxid)
    this.#reads.delete(id)
    if (wanted.watched && result.ok) this.#watches.set(id, { path, at: zxid })
    if (answer?.type === 'get') this.#requests.saw(path, answer.stat.version)
    this.#record(
      outstanding,
      'ok',
      answer?.type === 'get' ? [answer.stat.version, new TextDecoder().decode(answer.data)] : null,
    )
    this.#release(outstanding.lane)
  }

  #fired(watch: number, zxid: Zxid): void {
    const set = this.#watches.get(watch)
    if (set === undefined && watch < this.#firstWatch) return
    require(set !== undefined && zxid > set.at, 'watch', () =>
      `${this.#config.name} heard of watch ${watch} at ${zxid}, ${set ? `set at ${set.at}` : 'which is not set'}`)
    this.#watches.delete(watch)
  }

  /** Nothing that a watch was to tell of lies behind the state that was seen: it would have been told first. */
  #saw(seen: Zxid): void {
    const zxid = seen > this.#seenZxid ? seen : this.#seenZxid
    this.#seenZxid = zxid
    this.follower?.saw(zxid)
    if (this.#attached === null) return
    for (const [watch, { path, at }] of this.#watches) {
      const changedAt = this.#world.answers.changeToTell(this.#attached, path, at, zxid)
      require(changedAt === 0, 'watch', () =>
        `${this.#config.name} heard of ${zxid} before watch ${watch} told of ${path} at ${changedAt}`)
    }
  }

  #follow(session: SessionId): void {
    if (this.follower !== null) this.#send(this.follower.ask(session, this.#nextId++))
  }

  #endSession(): void {
    this.follower?.lost()
    const lost = [...this.#writes.values(), ...this.#reads.values()]
    this.#writes.clear()
    this.#reads.clear()
    this.#watches.clear()
    this.#session = null
    this.#lastXid = 0
    this.#opened++
    for (const outstanding of lost) {
      this.#record(outstanding, 'info')
      outstanding.lane.beginAnew()
    }
    this.#open()
  }

  /** The lane's request is answered. */
  #release(lane: Lane): void {
    lane.state = lane.state === 'finishing' ? 'done' : 'idle'
    this.#think(lane)
  }

  #record({ lane, wanted }: Outstanding, type: HistoryEvent['type'], answer: HistoryValue = null): void {
    const time = this.#world.clock.now
    if (wanted.type === 'write') {
      if (wanted.recorded === null) return
      const { f, key, value } = wanted.recorded
      const shown = type === 'invoke' || type === 'info' ? value : answer
      this.#world.record({ process: lane.process, type, f, key, value: shown, time })
    } else if (wanted.consistency === 'linearizable') {
      const { path } = wanted.query
      this.#world.record({ process: lane.process, type, f: 'read', key: path, value: answer, time })
    }
  }

  #send(request: ClientRequest): void {
    if (this.#attached !== null) this.#world.send(this.#attached.client, request)
  }

  #every(ms: number, act: () => void): void {
    this.#world.clock.after(ms, () => {
      act()
      this.#every(ms, act)
    })
  }
}
