/**
 * What outside data must look like, written down as a value: shapes of records are put together from shapes of their fields, as
 * types are. A shape reads what came from outside, and answers with a value of its type that holds nothing else, or with
 * undefined. Knows nothing of what the fields mean, and says nothing of what was wrong: doors whose callers are told use results.
 */
import { ensembleId, isCounter, isId, nodeId, sessionId, slot, xid } from './ids.ts'
import type { Result } from './result.ts'

export type Shape<T> = (value: unknown) => T | undefined

/** What `is` recognises. */
export const known =
  <T>(is: (value: unknown) => value is T): Shape<T> =>
  value =>
    is(value) ? value : undefined

/** Of that shape, and given another name or form. */
export const as =
  <From, To>(shape: Shape<From>, make: (value: From) => To): Shape<To> =>
  value => {
    const read = shape(value)
    return read === undefined ? undefined : make(read)
  }

export const aCounter: Shape<number> = known(isCounter)
export const anId: Shape<string> = known(isId)
export const anEnsembleId = as(anId, ensembleId)
export const aNodeId = as(anId, nodeId)
export const aSlot = as(aCounter, slot)
export const anXid = as(aCounter, xid)
export const aSessionId = as(aCounter, sessionId)

const isFlag = (value: unknown): value is boolean => typeof value === 'boolean'
export const aFlag = known(isFlag)

const isText = (value: unknown): value is string => typeof value === 'string'
export const aText = known(isText)

/** Whatever is there; for what is parsed elsewhere. */
export const anything: Shape<unknown> = value => value

const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array
export const someBytes = known(isBytes)

/** One of these, which are compared by `===`. */
export const oneOf =
  <const T>(...values: readonly T[]): Shape<T> =>
  value =>
    values.find(each => each === value)

/** What `parse` finds nothing wrong with, for those who are not told what is. */
export const ifOk =
  <T>(parse: (value: unknown) => Result<T, unknown>): Shape<T> =>
  value => {
    const parsed = parse(value)
    return parsed.ok ? parsed.value : undefined
  }

/** Of the one shape, or else of the other. */
export const anyOf =
  <A, B>(one: Shape<A>, other: Shape<B>): Shape<A | B> =>
  value => {
    const read = one(value)
    return read === undefined ? other(value) : read
  }

/** Null too. */
export const orNull =
  <T>(shape: Shape<T>): Shape<T | null> =>
  value =>
    value === null ? null : shape(value)

/** Of that shape, and so that `holds`. */
export const where =
  <T>(shape: Shape<T>, holds: (value: T) => boolean): Shape<T> =>
  value => {
    const read = shape(value)
    return read !== undefined && holds(read) ? read : undefined
  }

/** A list of what has that shape, with at most `countMax` of it. */
export const listOf =
  <T>(shape: Shape<T>, countMax = Number.POSITIVE_INFINITY): Shape<readonly T[]> =>
  value => {
    if (!Array.isArray(value) || value.length > countMax) return undefined
    const read: T[] = []
    for (const each of value) {
      const one = shape(each)
      if (one === undefined) return undefined
      read.push(one)
    }
    return read
  }

type Shapes<T> = { readonly [Name in keyof T]: Shape<T[Name]> }

/** A record with these fields, and perhaps some of `others`. What else is there is left out. */
export function record<T extends object, Others extends object = object>(
  fields: Shapes<T>,
  others?: Shapes<Others>,
): Shape<T & Partial<Others>> {
  const wanted: Field[] = Object.entries(fields)
  const perhaps: Field[] = Object.entries(others ?? {})
  return value => {
    if (typeof value !== 'object' || value === null) return undefined
    const from = value as { readonly [name: string]: unknown }
    const read: { [name: string]: unknown } = {}
    const take = ([name, shape]: Field): boolean => {
      read[name] = shape(from[name])
      return read[name] !== undefined
    }
    if (!wanted.every(take) || !perhaps.every(each => from[each[0]] === undefined || take(each)))
      return undefined
    return read as T & Partial<Others>
  }
}

/** A list that holds these fields, in the order in which they stand here. What follows them is left out. */
export function row<T extends object>(fields: Shapes<T>): Shape<T> {
  const names = Object.keys(fields)
  const aRecord = record<T>(fields)
  return value =>
    Array.isArray(value)
      ? aRecord(Object.fromEntries(names.map((name, place) => [name, value[place]])))
      : undefined
}

type Field = readonly [name: string, shape: Shape<unknown>]

/** The shape of each member of a union on `type`, but for the type. */
export type Kinds<Union extends { readonly type: string }> = {
  readonly [Type in Union['type']]: Shape<Omit<Extract<Union, { readonly type: Type }>, 'type'>>
}

/** A member of a union on `type`. */
export function union<Union extends { readonly type: string }>(kinds: Kinds<Union>): Shape<Union> {
  const shapes = new Map<unknown, Shape<object>>(Object.entries(kinds))
  return value => {
    if (typeof value !== 'object' || value === null) return undefined
    const { type } = value as { readonly type?: unknown }
    const fields = shapes.get(type)?.(value)
    return fields && ({ type, ...fields } as Union)
  }
}
