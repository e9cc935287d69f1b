/**
 * Events of signaling that take a while to look at, as cryptography does: one after another for each instance, so that each
 * sender's order is kept, and instances side by side. What waits is bounded; what finds no place is refused. Does not know what
 * is looked for.
 */
import { signalsQueuedMax, signalsQueuedTotalMax, strangersMax } from '../../wire/limits.ts'
import type { SignalingEvent } from './contract.ts'
import type { Refusal } from './refusals.ts'

/** An event that is to be looked at. */
export type Judged = Extract<SignalingEvent, { type: 'peer' | 'signal' }>

export interface TurnsOptions {
  /** The event as it may be told, or why it may not. Where it rejects nothing is believed. */
  judge(event: Judged): Promise<SignalingEvent | Refusal>
  /** Whether the instance has proven something before. Of others only so many are looked at, lest they take everybody's place. */
  isKnown(instance: string): boolean
  tell(event: SignalingEvent): void
  refuse(refusal: Refusal): void
}

export interface Turns {
  take(event: SignalingEvent): void
  /** Tells nothing from now on. */
  close(): void
}

interface Turn {
  /** What waits, oldest first. */
  readonly queue: Judged[]
  readonly isStranger: boolean
  /** It left meanwhile: to be told when what is being looked at is done. */
  hasLeft: boolean
}

export function createTurns({ judge, isKnown, tell, refuse }: TurnsOptions): Turns {
  /** The instances of which something is being looked at. */
  const turns = new Map<string, Turn>()
  /** Events in all queues. */
  let queued = 0
  let strangers = 0
  let isClosed = false

  function enqueue(instance: string, event: Judged): void {
    const turn = turns.get(instance)
    if (turn !== undefined) {
      if (turn.queue.length >= signalsQueuedMax || queued >= signalsQueuedTotalMax) return refuse('tooMuch')
      queued += 1
      turn.queue.push(event)
      return
    }
    const isStranger = !isKnown(instance)
    if (isStranger && strangers >= strangersMax) return refuse('tooMuch')
    if (isStranger) strangers += 1
    void drain(instance, event, { queue: [], isStranger, hasLeft: false })
  }

  async function drain(instance: string, first: Judged, turn: Turn): Promise<void> {
    turns.set(instance, turn)
    try {
      for (let event: Judged | undefined = first; event !== undefined; event = next(instance, turn)) {
        const judged = await judge(event).catch(() => 'malformed' as const)
        if (isClosed) return
        if (typeof judged === 'string') refuse(judged)
        else tell(judged)
      }
    } finally {
      // Also where whoever is told throws: what it says next is looked at all the same.
      queued -= turn.queue.length
      turns.delete(instance)
      if (turn.isStranger) strangers -= 1
    }
  }

  function next(instance: string, turn: Turn): Judged | undefined {
    if (turn.hasLeft) tell({ type: 'left', instance })
    turn.hasLeft = false
    const event = turn.queue.shift()
    if (event !== undefined) queued -= 1
    return event
  }

  /** What it said before is nobody's any more. */
  function left(event: Extract<SignalingEvent, { type: 'left' }>): void {
    const turn = turns.get(event.instance)
    if (turn === undefined) return tell(event)
    queued -= turn.queue.length
    turn.queue.length = 0
    turn.hasLeft = true
  }

  return {
    take(event) {
      if (isClosed) return
      switch (event.type) {
        case 'peer':
          return enqueue(event.peer.instance, event)
        case 'signal':
          return enqueue(event.from.instance, event)
        case 'left':
          return left(event)
        case 'relayed':
          // What is relayed is sealed for its receiver's key, and proves itself.
          return tell(event)
      }
    },
    close() {
      isClosed = true
    },
  }
}
