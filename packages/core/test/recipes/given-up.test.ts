import { expect, test } from 'vitest'
import { DoubleBarrier, ReadWriteLock } from '../../src/recipes/index.ts'
import { begin, childrenOf, code } from './world.ts'

const aborted = AbortSignal.abort()
test('RECIPE-30 who leaves a double barrier without waiting at all has left', async () => {
  const { world, keepers } = await begin()
  const [a, b] = keepers
  const [entered, other] = await world.until(
    Promise.all([a, b].map(keeper => new DoubleBarrier(keeper, '/barrier', 2).enter())),
  )
  await expect(world.until(entered?.leave({ signal: aborted }) ?? Promise.resolve())).rejects.toEqual(
    code('Aborted'),
  )
  await world.until(other?.leave() ?? Promise.reject())
  await world.advance(100)
  expect(await world.until(childrenOf(b, '/barrier'))).toEqual([])
})

test('RECIPE-19 a downgrade that is given up before it began leaves nothing held', async () => {
  const { world, keepers } = await begin()
  const [a, b] = keepers
  const hold = await world.until(new ReadWriteLock(a, '/rw').writer.acquire())
  await expect(world.until(hold.downgrade({ signal: aborted }))).rejects.toEqual(code('Aborted'))
  await world.until(new ReadWriteLock(b, '/rw').writer.acquire({ timeoutMs: 1_000 }))
})
