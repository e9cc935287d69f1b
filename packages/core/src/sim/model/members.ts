/**
 * A member of a world: a node with all that it has sent and decided so far, what it may still do by itself, and, while a
 * crash may still come, its disk. A state of the world is nothing but one member for each node: what may arrive at one is
 * what the others have sent.
 *
 * Letters stay for ever, which makes loss, repetition and reordering one and the same thing. So does what a node answers
 * without changing itself: that can be had at any time and excludes nothing, so it is had at once.
 */
import { Interned } from './plain.ts'
import type { Outcome, Transitions } from './transitions.ts'

/** What a node may still do by itself. */
export interface Left {
  readonly stands: number
  readonly turns: number
  readonly proposals: number
}

export interface Member {
  readonly id: number
  readonly node: number
  readonly local: number
  /** One bit for each letter. */
  readonly sent: bigint
  /** By slot, in order: what this node ever said was decided. */
  readonly decided: ReadonlyMap<number, string>
  readonly left: Left
  /** A crash may still come, to some node. */
  readonly mortal: boolean
}

/** One thing that happens to one member. */
export interface Step {
  readonly next: number
  /** It was the crash: none comes any more. */
  readonly crashed: boolean
  readonly said: string
  /** Of the engine's own; null when it held. */
  readonly broken: string | null
}

export type Draft = Omit<Member, 'id'>

export class Members {
  readonly #transitions: Transitions
  readonly #members = new Interned<Member>()
  readonly #own: (readonly Step[])[] = []
  readonly #safe: number[] = []
  /** By member, then by letter. */
  readonly #arrivals: Map<number, readonly Step[]>[] = []
  /** By member, then by mail. */
  readonly #heard: Map<number, readonly Step[]>[] = []
  readonly #saturated: Map<number, number>[] = []
  /** What one member has sent to one other: letters. */
  readonly #mails = new Interned<readonly number[]>()
  /** By member, then by receiver. */
  readonly #sent: (readonly number[])[] = []

  constructor(transitions: Transitions) {
    this.#transitions = transitions
  }

  get size(): number {
    return this.#members.size
  }

  member(id: number): Member {
    return this.#members.value(id)
  }

  id(draft: Draft): number {
    const { node, local, sent, decided, left, mortal } = draft
    const { text, diskText } = this.#transitions.local(local)
    const disk = mortal ? diskText : ''
    const { stands, turns, proposals } = left
    const key = `${node} ${sent.toString(36)} ${stands} ${turns} ${proposals} ${mortal} ${[...decided]} ${text} ${disk}`
    return this.#members.id(key, id => ({ ...draft, id }))
  }

  /** What the member may do by itself. */
  own(id: number): readonly Step[] {
    this.#own[id] ??= [...this.#makeOwn(this.member(id))]
    return this.#own[id]
  }

  /** What may happen to member `id` by a letter of member `by`, but for answers. */
  heard(id: number, by: number): readonly Step[] {
    const { node } = this.member(id)
    const mail = this.#mail(by, node)
    this.#heard[id] ??= new Map()
    const known = this.#heard[id].get(mail)
    if (known !== undefined) return known
    const made = this.#mails.value(mail).flatMap(letter => this.#arrivalsOf(id, letter))
    this.#heard[id].set(mail, made)
    return made
  }

  /** Member `id` with all that it would answer to the letters of `by` without changing itself. */
  saturated(id: number, by: number): number {
    const { node, local } = this.member(id)
    const mail = this.#mail(by, node)
    this.#saturated[id] ??= new Map()
    const known = this.#saturated[id].get(mail)
    if (known !== undefined) return known
    const member = this.member(id)
    let { sent } = member
    for (const letter of this.#mails.value(mail)) {
      const [done] = this.#transitions.arrival(local, letter)
      if (done && isAnswer(member, done)) sent |= done.letters
    }
    const made = sent === member.sent ? id : this.id({ ...member, sent })
    this.#saturated[id].set(mail, made)
    return made
  }

  /** The member where no crash comes any more: its disk does not matter. */
  safe(id: number): number {
    this.#safe[id] ??= this.id({ ...this.member(id), mortal: false })
    return this.#safe[id]
  }

  *#makeOwn(member: Member): Iterable<Step> {
    const { node, local, left, sent } = member
    const { status } = this.#transitions.local(local)
    const name = this.#transitions.names[node] ?? ''
    if (left.stands > 0 && status.role !== 'leader') {
      const spent = { ...member, left: { ...left, stands: left.stands - 1 } }
      yield* this.#steps(spent, `stand ${name}`, this.#transitions.stand(node, local, sent))
    }
    if (left.proposals > 0 && status.proposer === name) {
      const spent = { ...member, left: { ...left, proposals: left.proposals - 1 } }
      const command = new Uint8Array([node, left.proposals])
      yield* this.#steps(spent, `propose ${name}`, this.#transitions.propose(node, local, command))
    }
    if (member.mortal) yield this.#step(member, `crash ${name}`, this.#transitions.crash(node, local), true)
  }

  #arrivalsOf(id: number, letter: number): readonly Step[] {
    this.#arrivals[id] ??= new Map()
    const known = this.#arrivals[id].get(letter)
    if (known !== undefined) return known
    const member = this.member(id)
    const outcomes = this.#transitions.arrival(member.local, letter)
    const [done] = outcomes
    const steps = [...this.#steps(member, `deliver ${letter}`, outcomes)]
    const made = done !== undefined && isAnswer(member, done) ? steps.filter(step => step.crashed) : steps
    this.#arrivals[id].set(letter, made)
    return made
  }

  *#steps(spent: Draft, said: string, [done, ...crashes]: readonly Outcome[]): Iterable<Step> {
    if (done !== undefined && done.turns <= spent.left.turns) {
      const left = { ...spent.left, turns: spent.left.turns - done.turns }
      yield this.#step({ ...spent, left }, said, done, false)
    }
    if (spent.mortal) for (const crash of crashes) yield this.#step(spent, `${said}, crash`, crash, true)
  }

  #step(spent: Draft, said: string, outcome: Outcome, crashed: boolean): Step {
    const { next: local, letters, broken } = outcome
    const decided = new Map(spent.decided)
    for (const [slot, value] of outcome.decided) {
      const known = decided.get(slot)
      if (known !== undefined && known !== value)
        return { next: -1, crashed, said, broken: differs(slot, known, value) }
      decided.set(slot, value)
    }
    const mortal = spent.mortal && !crashed
    const next = this.id({ ...spent, local, sent: spent.sent | letters, decided, mortal })
    return { next, crashed, said, broken }
  }

  /** What `id` has sent to `receiver`. */
  #mail(id: number, receiver: number): number {
    this.#sent[id] ??= this.#sort(this.member(id).sent)
    return this.#sent[id][receiver] ?? 0
  }

  #sort(sent: bigint): readonly number[] {
    const made = this.#transitions.names.map((): number[] => [])
    const bits = sent.toString(2)
    for (let at = bits.length - 1; at >= 0; at--) {
      if (bits[at] !== '1') continue
      const letter = bits.length - 1 - at
      made[this.#transitions.letter(letter).to]?.push(letter)
    }
    return made.map(letters => this.#mails.id(letters.join(), () => letters))
  }
}

const isAnswer = (member: Member, { next, decided, broken }: Outcome): boolean =>
  broken === null && next === member.local && decided.every(([slot]) => member.decided.has(slot))

export const differs = (slot: number, known: string, value: string): string =>
  `slot ${slot} was decided as ${known}, now as ${value}`
