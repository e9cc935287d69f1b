/**
 * An attempt at a connection by the relay: agrees on keys by two signals, then seals each channel's messages into letters and opens
 * the peer's. What the server carries it cannot read, change, repeat or reorder without being found out: letters that do not
 * open, or that are missing, end the attempt; letters that came before are dropped.
 *
 *     dialer                          answerer
 *       offer (key)  ------------------->       keys are agreed
 *                    <-------------------  answer (key)
 *       credit       ------------------->       open: here when it is sent, there when it opens
 *
 * Knows nothing of lanes, of links, or of how the relay goes.
 */
import { type Channel, createFrameQueue, type Timers } from '@peerkeeper/core/transport'
import {
  relayCreditBytes,
  relaySignMs,
  relaySilenceMs,
  relaySocketBytesMax,
  relayUnopenedBytesMax,
} from '../../../wire/limits.ts'
import type { RelaySignal } from '../../../wire/link-signal.ts'
import type { Peer, Relay } from '../../signaling/contract.ts'
import type { Attempt, AttemptEvents, Dial } from '../dial.ts'
import type { ReasonCode } from '../reason.ts'
import { agree, type Bytes, makeOwnKeys, type OwnKeys, type RelayKeys } from './keys.ts'
import {
  encodeHead,
  encodePlain,
  join,
  type Letter,
  type Plain,
  parseLetter,
  parsePlain,
  type Stream,
  streams,
} from './letter.ts'
import { createWindowChannel } from './window.ts'

export interface RelayDialOptions {
  readonly relay: Relay
  readonly self: Peer
  /** Only this instance is spoken to. */
  readonly peer: Peer
  /** Its number, which both sides know; it is authenticated. */
  readonly attempt: number
  readonly timers: Timers
  /** Told, when an attempt is given up, what settles once all that it was given before has left. */
  readonly flushing: (until: Promise<void>) => void
}

export const relayDial =
  (options: RelayDialOptions): Dial<RelaySignal, Channel> =>
  (initiator, events) =>
    beginAttempt(options, initiator, events)

function beginAttempt(
  { relay, self, peer, attempt, timers, flushing }: RelayDialOptions,
  initiator: boolean,
  events: AttemptEvents<RelaySignal>,
): Attempt<RelaySignal, Channel> {
  const own: Promise<OwnKeys> = makeOwnKeys()
  let keys: RelayKeys | undefined
  let isOpen = false
  let isOver = false
  let isAgreeing = false
  /** The next letter of each stream, from us and from the peer. Invariant: they only rise. */
  const next: Record<Stream, number> = { frames: 0, words: 0, end: 0 }
  const expected: Record<Stream, number> = { frames: 0, words: 0, end: 0 }
  /** What was sealed leaves, and what was opened is heard, in order, whatever takes longer. */
  let leaving: Promise<void> = Promise.resolve()
  let opening: Promise<void> = Promise.resolve()
  let unopened = 0
  let heard = 0
  let uncredited = 0
  let cancelSign = () => {}
  let farewell: Bytes | undefined
  let ending: Bytes | undefined

  const say = (plain: Plain) => void sealAndSend('frames', encodePlain(plain))
  const socketBytes = () => {
    const waiting = relay.waiting(peer.instance)
    return waiting > relaySocketBytesMax ? waiting : 0
  }
  const control = createWindowChannel(message => say({ type: 'control', message }))
  const bulk = createWindowChannel(message => say({ type: 'bulk', message }), socketBytes)
  const ownWords = createWindowChannel(() => {})
  const peerWords = createWindowChannel(() => {})

  const failed = (error: unknown) => over(error instanceof Error ? error.message : String(error))

  function over(reason: string, code: ReasonCode = 'Closed'): void {
    if (isOver) return
    end()
    events.closed(reason, code)
  }

  function end(): void {
    isOver = true
    cancelSign()
  }

  async function seal(stream: Stream, plain: Bytes): Promise<Bytes | undefined> {
    if (keys === undefined) return undefined
    const counter = next[stream]
    next[stream] += 1
    const head = encodeHead(attempt, stream, counter)
    return join(head, await keys.seal(streams[stream], counter, head, plain))
  }

  function sealAndSend(stream: Stream, plain: Bytes): void {
    if (isOver) return
    leaving = Promise.all([seal(stream, plain), leaving]).then(([letter]) => {
      if (letter !== undefined) relay.send(peer.instance, letter)
    }, failed)
  }

  async function take(shown: string): Promise<void> {
    if (isAgreeing) return
    isAgreeing = true
    const ours = await own
    const [dialerKey, answererKey] = initiator ? [ours.shown, shown] : [shown, ours.shown]
    const [dialer, answerer] = initiator ? [self, peer] : [peer, self]
    const transcript = { dialer, answerer, attempt, dialerKey, answererKey }
    keys = await agree(ours, transcript, initiator ? 'dialer' : 'answerer')
    ending = await seal('end', new Uint8Array())
    if (isOver) return
    sign(relaySilenceMs)
    if (initiator) openUp()
    else events.signal({ type: 'answer', key: ours.shown })
  }

  function openUp(): void {
    if (isOpen || isOver) return
    isOpen = true
    if (initiator) credit()
    control.open()
    bulk.open()
  }

  function credit(): void {
    uncredited = 0
    say({ type: 'credit', control: control.receivedBytes, bulk: bulk.receivedBytes })
  }

  /** Shows that this end lives, and looks whether the other does, which was heard less than `leftMs` ago or is gone. */
  function sign(leftMs: number): void {
    const before = heard
    cancelSign = timers.after(relaySignMs, () => {
      if (!relay.reaches(peer.instance)) return over('the relay is gone', 'PathLost')
      const left = heard > before ? relaySilenceMs : leftMs - relaySignMs
      if (left <= 0) return over('nothing was heard over the relay any more', 'PathLost')
      if (isOpen) credit()
      sign(left)
    })
  }

  function receive(bytes: Uint8Array): void {
    const letter = parseLetter(bytes)
    if (isOver || keys === undefined || letter === undefined || letter.attempt !== attempt) return
    const { stream, counter } = letter
    // One that came before.
    if (counter < expected[stream]) return
    if (stream === 'frames' && counter > expected.frames) return over('the relay lost something', 'PathLost')
    expected[stream] = counter + 1
    unopened += letter.sealed.length
    if (unopened > relayUnopenedBytesMax) return over('the relay brings more than it may')
    void open(letter, keys)
  }

  function open({ stream, counter, head, sealed }: Letter, by: RelayKeys): void {
    const plain = by.open(streams[stream], counter, head, sealed)
    opening = Promise.all([plain, opening]).then(([opened]) => {
      unopened -= sealed.length
      if (isOver) return
      if (opened === undefined) return over('the relay brought what the peer did not send')
      hear(stream, opened)
    }, failed)
  }

  function hear(stream: Stream, plain: Bytes): void {
    heard += 1
    openUp()
    switch (stream) {
      case 'frames':
        return hearFrame(parsePlain(plain))
      case 'words':
        return peerWords.take(plain)
      case 'end':
        return over('the peer ended the connection')
    }
  }

  function hearFrame(plain: Plain | undefined): void {
    if (plain === undefined) return over('the peer sent what is no message')
    switch (plain.type) {
      case 'control':
      case 'bulk':
        ;(plain.type === 'control' ? control : bulk).take(plain.message)
        uncredited += plain.message.length
        if (uncredited >= relayCreditBytes) credit()
        return
      case 'credit':
        control.credit(plain.control)
        return bulk.credit(plain.bulk)
    }
  }

  own.then(({ shown }) => {
    if (initiator && !isOver) events.signal({ type: 'offer', key: shown })
  }, failed)

  return {
    control,
    bulk,
    ownWords,
    peerWords,
    path: {
      explain: () => ({ code: 'Timeout', text: 'no connection by the relay in time' }),
      heard: () => Promise.resolve(heard),
    },
    words: {
      prepare(bytes) {
        const queue = createFrameQueue()
        queue.push(bytes)
        const message = queue.nextMessage().slice()
        // What does not fit one message is not said.
        if (!queue.isEmpty) return
        const counter = next.words
        seal('words', message).then(letter => {
          if (next.words === counter + 1) farewell = letter
        }, failed)
      },
      say() {
        for (const letter of [farewell, ending]) if (letter) relay.send(peer.instance, letter)
        ending = undefined
      },
    },
    signal({ type, key }) {
      if (!isOver && type === (initiator ? 'answer' : 'offer')) take(key).catch(failed)
    },
    receive,
    wayGone() {
      opening = opening.then(() => over('the relay is gone', 'PathLost'))
    },
    destroy() {
      if (isOver) return
      end()
      // Behind what is being sealed.
      flushing(
        leaving.then(() => {
          if (ending) relay.send(peer.instance, ending)
        }),
      )
    },
  }
}
