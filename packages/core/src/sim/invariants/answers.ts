/**
 * What replicas tell their clients, against the twin: every answer is the one that the log gives, however often it was
 * asked for; every session is there exactly as long as the log says; every state that was read is the state at its zxid.
 */
import { noSlot, type Slot } from '../../logic/base/ids.ts'
import type { ClientEvent } from '../../logic/replica/event.ts'
import type { Step } from '../../logic/replica/step.ts'
import { parsePath } from '../../logic/state/path.ts'
import type { QueryAnswer } from '../../logic/state/query.ts'
import type { Observer, Running } from '../observer.ts'
import { require } from '../violation.ts'
import type { Jump, Jumps, Life } from './jumps.ts'
import { replyKey, type Twin } from './twin.ts'

export class Answers implements Observer {
  readonly #twin: Twin
  readonly #jumps: Jumps
  readonly #decidedThrough: () => Slot

  constructor(twin: Twin, jumps: Jumps, decidedThrough: () => Slot) {
    this.#twin = twin
    this.#jumps = jumps
    this.#decidedThrough = decidedThrough
  }

  stepped(running: Running, step: Step): void {
    for (const { event } of step.deliver) this.#check(running, event)
    const changesSessions =
      step.decided.length > 0 && running.machine.appliedThrough === this.#decidedThrough()
    if (changesSessions) this.#checkSessions(running)
  }

  #check({ id, machine }: Running, event: ClientEvent): void {
    switch (event.type) {
      case 'opened': {
        const { token, session } = event
        require(this.#twin.opened(token, session), 'session', () =>
          `${id} opened ${session} for another's ${token}`)
        return
      }
      case 'written': {
        const { session, xid, reply } = event
        const expected = this.#twin.reply(session, xid)
        if (
          !reply.result.ok &&
          reply.result.error.code === 'SessionExpired' &&
          expected?.zxid !== reply.zxid
        ) {
          const end = this.#twin.endOf(session)
          require(end !== undefined && end < reply.zxid, 'session', () =>
            `${id} told ${session} too early that it expired`)
          return
        }
        require(expected?.key === replyKey(reply), 'exactly-once', () =>
          `${id} answered request ${xid} of ${session} with ${replyKey(reply)}, the log says ${expected?.key}`)
        return
      }
      case 'ended': {
        const end = this.#twin.endOf(event.session)
        require(end !== undefined && end <= machine.appliedThrough, 'session', () =>
          `${id} told ${event.session} that it ended, the log says ${end ?? 'it did not'}`)
        return
      }
      case 'answered':
      case 'watch':
      case 'resync':
      case 'seen':
      case 'quorum':
        return
    }
  }

  #checkSessions({ id, machine }: Running): void {
    const expected = this.#twin.sessions
    const actual = [...machine.sessions()].map(({ session }) => session)
    const agree = actual.length === expected.size && actual.every(session => expected.has(session))
    require(agree, 'session', () => `${id} has sessions ${actual}, the log says ${[...expected]}`)
  }

  /** A client read `path` and heard `answer`, a state of `zxid`. */
  checkRead(path: string, zxid: Slot, answer: QueryAnswer | null): void {
    const { znode } = this.#twin.at(path, zxid)
    const expected = znode === null ? 'nothing' : `${znode.version} ${znode.data}`
    const read = shown(answer)
    require(read === null || read === expected || (read === 'something' && znode !== null), 'read', () =>
      `${path} was read at ${zxid} as ${read}, the log says ${expected}`)
  }

  /** The tree of a replica that has applied everything. */
  checkTree({ id, machine }: Running): void {
    for (const path of this.#twin.paths) {
      const parsed = parsePath(path)
      if (!parsed.ok) continue
      const result = machine.query({ type: 'get', path: parsed.value })
      const { znode } = this.#twin.at(path, machine.appliedThrough)
      const expected = znode === null ? 'nothing' : `${znode.version} ${znode.data}`
      const read = shown(result.ok ? result.value : null) ?? 'nothing'
      require(read === expected, 'read', () => `${id} holds ${path} as ${read}, the log says ${expected}`)
    }
  }

  /**
   * The zxid of a change of `path` that `life` has to have told of when somebody who looked there at `from` hears of
   * `through`; 0 where there is none. What was applied slot by slot is told each time. Where a state was taken instead,
   * the difference is told: a znode that came and went in between left no trace.
   */
  changeToTell(life: Life, path: string, from: Slot, through: Slot): Slot {
    const jumps = this.#jumps.of(life).filter(jump => jump.through > from && jump.from < through)
    const jumped = jumps.find(jump => this.#differs(path, jump))
    if (jumped !== undefined) return jumped.through
    const isJumped = (zxid: Slot) => jumps.some(jump => jump.from < zxid && zxid <= jump.through)
    return this.#twin.changes(path, from, through).find(zxid => !isJumped(zxid)) ?? noSlot
  }

  #differs(path: string, { from, through }: Jump): boolean {
    const [before, after] = [this.#twin.at(path, from), this.#twin.at(path, through)]
    return (before.znode !== null || after.znode !== null) && before.changedAt !== after.changedAt
  }

  /** What changed after `from`, until `through`, as `event path zxid`. */
  changesOfTree(from: Slot, through: Slot): readonly string[] {
    return this.#twin.changesOfTree(from, through)
  }

  /** The znodes after `zxid`, as `path version`. */
  znodesAt(zxid: Slot): readonly string[] {
    const found: string[] = []
    for (const path of this.#twin.paths) {
      const { znode } = this.#twin.at(path, zxid)
      if (znode !== null) found.push(`${path} ${znode.version}`)
    }
    return found
  }

  /** In which slot request `xid` of a session was carried out; 0 before it was. */
  carriedOut(...request: Parameters<Twin['reply']>): Slot {
    return this.#twin.reply(...request)?.zxid ?? noSlot
  }
}

/** What an answer says of a znode; null when it speaks of something else. */
function shown(answer: QueryAnswer | null): string | null {
  if (answer === null) return 'nothing'
  switch (answer.type) {
    case 'get':
      return `${answer.stat.version} ${new TextDecoder().decode(answer.data)}`
    case 'exists':
      return answer.stat === null ? 'nothing' : 'something'
    case 'children':
    case 'getAcl':
    case 'ephemerals':
    case 'allChildrenNumber':
    case 'whoAmI':
    case 'multiRead':
      return null
  }
}
