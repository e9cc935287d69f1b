/** A keeper that goes from replica to replica of an ensemble in this process, over lines that can be cut in either way. */
import { KeeperError } from '../../src/client/error.ts'
import type { KeeperState } from '../../src/client/events.ts'
import { Keeper } from '../../src/client/keeper.ts'
import { Link } from '../../src/client/link.ts'
import { Session } from '../../src/client/session.ts'
import { typedBy } from '../../src/client/typed.ts'
import { Watches } from '../../src/client/watches.ts'
import { watchesOf } from '../../src/client/watching.ts'
import { ownClock } from '../../src/host/time/clock.ts'
import type { ToReplica } from '../../src/host/worker/protocol.ts'
import type { Ensemble } from '../../src/testing/ensemble.ts'
import type { InProcessReplica } from '../../src/testing/replica.ts'

/** Between a page and a replica's stream: may lose what is said from some moment on. */
export class Line {
  readonly page: MessagePort
  /** What the page says is lost. */
  isDeaf = false
  /** What the replica says is lost. */
  isMute = false
  readonly #ports: readonly [MessagePort, MessagePort]

  constructor(replica: InProcessReplica) {
    const toPage = new MessageChannel()
    const toReplica = new MessageChannel()
    this.page = toPage.port1
    this.#ports = [toPage.port2, toReplica.port1]
    toPage.port2.onmessage = ({ data }: MessageEvent<ToReplica>) => {
      if (!this.isDeaf) toReplica.port1.postMessage(data)
      if (data.type === 'leave' && !this.isDeaf) this.close()
    }
    toReplica.port1.onmessage = ({ data }) => {
      if (!this.isMute) toPage.port2.postMessage(data)
    }
    void replica.attach(toReplica.port2).catch(() => this.close())
  }

  /** Says something to the replica that the page did not say. */
  say(message: ToReplica): void {
    this.#ports[1].postMessage(message)
  }

  close(): void {
    for (const port of this.#ports) port.close()
  }
}

export interface MovingOptions {
  readonly timeoutMs?: number
  readonly sessionTimeoutMs?: number
}

/** Nowhere at first: calls wait. */
export function movingKeeper({ replicas: [first] }: Ensemble, options: MovingOptions = {}) {
  const { timeoutMs = 10_000, sessionTimeoutMs = 20_000 } = options
  const { node, ensemble } = first?.status ?? fail('the first replica runs')
  const watches = new Watches()
  const states: KeeperState[] = []
  let reachable = false
  let line: Line | null = null
  const enter = () => keeper.enter(reachable ? 'connected' : 'suspended')
  const link = new Link(null, {
    foreign: () => undefined,
    event: event => {
      if (event.type === 'quorum') {
        reachable = event.reachable
        if (session.isServed) enter()
      } else if (event.type === 'ended') {
        if (event.reason !== 'expired') return
        session.end(new KeeperError('SessionExpired', 'the session expired'))
        keeper.enter('expired')
      } else session.receive(event)
    },
    status: status => keeper.emit('status', status),
    decisions: decisions => keeper.emit('decisions', decisions),
    missing: () => undefined,
    lost: () => lose(),
  })
  const session = new Session(link, watches, sessionTimeoutMs, timeoutMs)
  const watch = watchesOf(session, watches)
  const keeper = new Keeper({
    clock: ownClock,
    session,
    watches,
    watch,
    typed: typedBy(watch),
    node,
    ensemble,
    ask: (question, options) => link.ask(question, options),
    observe: (status, decisions) => link.observe(status, decisions),
    status: async () => null,
    fork: () => Promise.reject(new Error('not here')),
    close: async () => undefined,
  })
  keeper.on('state', state => states.push(state))

  /** The replica is gone, and no other in sight. */
  function lose(): void {
    session.suspend()
    keeper.enter('suspended')
  }

  /** Resolves with whether the session is served there. */
  async function moveTo(replica: InProcessReplica): Promise<boolean> {
    line = new Line(replica)
    reachable = false
    if (keeper.session !== 0) keeper.enter('suspended')
    const isServed = await session.resume(line.page)
    if (isServed) enter()
    return isServed
  }

  function close(): void {
    session.end(new KeeperError('Closed', 'the keeper was closed'))
    link.close()
    line?.close()
  }

  return {
    keeper,
    session,
    link,
    states,
    moveTo,
    lose,
    close,
    get line(): Line {
      if (line === null) throw new Error('it is nowhere yet')
      return line
    },
  }
}

function fail(message: string): never {
  throw new Error(message)
}

export type MovingKeeper = ReturnType<typeof movingKeeper>
