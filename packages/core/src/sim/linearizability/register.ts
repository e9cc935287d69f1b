/**
 * One key as a sequential object: a znode that may exist, with a version that each write moves by one. Says for a state
 * and an operation whether its answer could have been given there, and what state comes after.
 */
import type { HistoryValue } from '../history.ts'
import type { Operation } from './operations.ts'

/** Null where there is no znode. */
export type Register = { readonly version: number; readonly data: string } | null

export const noZnode: Register = null

export const registerKey = (state: Register): string =>
  state === null ? '-' : `${state.version} ${state.data}`

/** The state after `operation`, or undefined when its answer could not have been given in `state`. */
export function applyOperation(state: Register, operation: Operation): Register | undefined {
  const { after, answer } = expected(state, operation)
  const given = operation.answer
  if (given === null) return after
  if (answer.type !== given.type) return undefined
  return sameValue(answer.value, given.value) ? after : undefined
}

interface Expected {
  readonly after: Register
  readonly answer: { readonly type: 'ok' | 'fail'; readonly value: HistoryValue }
}

function expected(state: Register, { invoke: { f, value } }: Operation): Expected {
  switch (f) {
    case 'read':
      return { after: state, answer: { type: 'ok', value: state && [state.version, state.data] } }
    case 'write':
      return state === null ? refused(state, 'NoNode') : written(state.version + 1, String(value))
    case 'create':
      return state === null ? written(0, String(value)) : refused(state, 'NodeExists')
    case 'cas': {
      const [version, data] = Array.isArray(value) ? (value as readonly [number, string]) : [-1, '']
      if (state === null) return refused(state, 'NoNode')
      return state.version === version ? written(version + 1, data) : refused(state, 'BadVersion')
    }
    case 'delete':
      if (state === null) return refused(state, 'NoNode')
      if (value !== -1 && value !== state.version) return refused(state, 'BadVersion')
      return { after: null, answer: { type: 'ok', value: null } }
  }
}

const written = (version: number, data: string): Expected => ({
  after: { version, data },
  answer: { type: 'ok', value: [version, data] },
})

const refused = (state: Register, code: string): Expected => ({
  after: state,
  answer: { type: 'fail', value: code },
})

const sameValue = (a: HistoryValue, b: HistoryValue): boolean => JSON.stringify(a) === JSON.stringify(b)
