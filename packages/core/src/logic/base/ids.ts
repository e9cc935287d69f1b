/**
 * The names and counters that everything else is written in. Each is branded: a plain number or string becomes
 * one only through the constructor here, which checks it. Nothing in this file knows a protocol or a tree.
 */
import { assert } from './assert.ts'

declare const brand: unique symbol
type Brand<Base, Name extends string> = Base & { readonly [brand]: Name }

/** A replica, for ever: minted with its storage, never used again once that storage is lost. */
export type NodeId = Brand<string, 'NodeId'>
/** An ensemble: minted when it is founded; stands on every message. Replicas of different ensembles refuse each other. */
export type EnsembleId = Brand<string, 'EnsembleId'>
/** A place in the replicated log, 1, 2, 3 ...; 0 is "before the first". Below 2^53. */
export type Slot = Brand<number, 'Slot'>
/** The id of a transaction. It is the slot that the transaction was chosen in. */
export type Zxid = Slot
/** A session: the zxid of the transaction that opened it. 0 is "no session" (a znode that is not ephemeral). */
export type SessionId = Brand<number, 'SessionId'>
/** Numbers the writes of one session: 1, 2, 3 ... without a gap. */
export type Xid = Brand<number, 'Xid'>
/** Counts the replica's clock ticks since it started. The only time that logic knows. */
export type Tick = Brand<number, 'Tick'>
/** Counts the openings of one replica's storage; a higher one fences a lower one. */
export type Incarnation = Brand<number, 'Incarnation'>

const idPattern = /^[0-9a-zA-Z_-]{1,64}$/

/** Whether `value` can be a node or ensemble id: 1 to 64 letters, digits, `_` or `-`. */
export const isId = (value: unknown): value is string => typeof value === 'string' && idPattern.test(value)

/** Whether `value` is an integer in 0 .. 2^53 - 1. */
export const isCounter = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

function id<T extends string>(kind: string, value: string): T {
  assert(isId(value), `${kind} is 1 to 64 letters, digits, _ or -: ${value}`)
  return value as T
}

function counter<T extends number>(kind: string, value: number): T {
  assert(isCounter(value), `${kind} is a safe integer of at least 0: ${value}`)
  return value as T
}

export const nodeId = (value: string): NodeId => id('node id', value)
export const ensembleId = (value: string): EnsembleId => id('ensemble id', value)
export const slot = (value: number): Slot => counter('slot', value)
export const sessionId = (value: number): SessionId => counter('session id', value)
export const xid = (value: number): Xid => counter('xid', value)
export const tick = (value: number): Tick => counter('tick', value)
export const incarnation = (value: number): Incarnation => counter('incarnation', value)

/** The slot `distance` after `from` (before it, when negative). */
export const slotAfter = (from: Slot, distance = 1): Slot => slot(from + distance)

export const noSlot: Slot = slot(0)
export const noSession: SessionId = sessionId(0)

/** Orders ids by code unit, the same on every machine and in every locale. */
export const compareIds = (a: string, b: string): -1 | 0 | 1 => (a < b ? -1 : a > b ? 1 : 0)
