/** A keeper whose calls are counted, so that something can happen at each: before it goes out, or after. */
import type { Keeper } from '../../client/keeper.ts'
import type { Tree } from '../../recipes/tree.ts'

const calls: readonly PropertyKey[] = [
  'create',
  'get',
  'set',
  'delete',
  'exists',
  'children',
  'multi',
  'multiRead',
  'watch',
  'removeWatches',
] satisfies readonly (keyof Tree)[]

/** `keeper`, of which `before` and `after` are told each call, counted from 1: before it goes out, and right after. */
export function stepped(
  keeper: Keeper,
  before: (step: number) => void,
  after: (step: number) => void,
): Keeper {
  let step = 0
  return new Proxy(keeper, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      if (!calls.includes(name)) return value.bind(target)
      return (...words: readonly unknown[]): unknown => {
        const own = ++step
        before(own)
        const answer: unknown = Reflect.apply(value, target, words)
        after(own)
        return answer
      }
    },
  })
}
