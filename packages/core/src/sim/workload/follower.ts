/**
 * A watch of the whole tree that one simulated client keeps for good: set again wherever the client moves, in every
 * session that it opens, from the last zxid that it knows. Checks all that it is told against the log: each change once
 * and in order, transactions whole, and after a Resync exactly the znodes that there were.
 */
import { noSlot, type SessionId, xid, type Zxid } from '../../logic/base/ids.ts'
import type { ClientEvent, ClientRequest } from '../../logic/replica/event.ts'
import { isReserved, rootPath } from '../../logic/state/path.ts'
import type { Answers } from '../invariants/answers.ts'
import { require } from '../violation.ts'

export class Follower {
  readonly #name: string
  readonly #answers: Answers
  /** Everything up to here was heard. Invariant: never goes back. */
  #known: Zxid = noSlot
  /** Of the watch that was asked for last; also the id of that request. */
  #watch = 0
  #isSet = false
  /** Of a transaction, or a Resync, that is not complete. */
  #heard: string[] = []
  /** Told so far, for tests to see that there was something to be told. */
  changes = 0
  resyncs = 0

  constructor(name: string, answers: Answers) {
    this.#name = name
    this.#answers = answers
  }

  /** What sets the watch anew, under `id`. */
  ask(session: SessionId, id: number): ClientRequest {
    this.#watch = id
    this.#isSet = false
    this.#heard = []
    return {
      type: 'addWatch',
      session,
      id,
      afterXid: xid(0),
      seenZxid: this.#known,
      watch: id,
      kind: 'persistentRecursive',
      path: rootPath,
      from: this.#known,
    }
  }

  /** The answer to {@link ask}; others are not looked at. */
  answered({ id, zxid, result }: Extract<ClientEvent, { type: 'answered' }>): void {
    if (id !== this.#watch) return
    this.#require(result.ok, () => `its watch was refused at ${zxid}`)
    this.#isSet = true
    this.saw(zxid)
  }

  /** The session is over, and its watch with it. */
  lost(): void {
    this.#watch = 0
    this.#isSet = false
  }

  /** Whether the event was this watch's. */
  told({ watch, event, path, zxid, last }: Extract<ClientEvent, { type: 'watch' }>): boolean {
    if (watch !== this.#watch) return false
    this.#require(zxid > this.#known, () => `it heard of ${zxid} again, and knew of ${this.#known}`)
    if (!isReserved(path)) this.#heard.push(`${event} ${path} ${zxid}`)
    if (last) this.#complete(zxid, this.#answers.changesOfTree(this.#known, zxid), 'heard')
    return true
  }

  begunAnew({ watch, zxid, znodes, last }: Extract<ClientEvent, { type: 'resync' }>): void {
    if (watch !== this.#watch) return
    this.#require(zxid > this.#known, () => `it began anew at ${zxid}, and knew of ${this.#known}`)
    for (const { path, stat } of znodes)
      if (path !== rootPath && !isReserved(path)) this.#heard.push(`${path} ${stat.version}`)
    if (!last) return
    this.resyncs++
    this.#complete(zxid, this.#answers.znodesAt(zxid), 'was given')
  }

  /** An answer showed the state of `zxid`: all that there was to hear until then was heard. */
  saw(zxid: Zxid): void {
    if (!this.#isSet || zxid <= this.#known) return
    this.#complete(zxid, this.#answers.changesOfTree(this.#known, zxid), 'heard')
  }

  #complete(zxid: Zxid, expected: readonly string[], what: string): void {
    const [should, did] = [expected, this.#heard].map(words => [...words].sort().join(', '))
    this.#require(
      should === did,
      () => `after ${this.#known} until ${zxid} it ${what} ${did}; the log says ${should}`,
    )
    this.changes += this.#heard.length
    this.#known = zxid
    this.#heard = []
  }

  #require(holds: boolean, message: () => string): void {
    require(holds, 'follow', () => `${this.#name} follows the tree: ${message()}`)
  }
}
