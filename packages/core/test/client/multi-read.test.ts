import { expect, test } from 'vitest'
import { begin, text } from '../recipes/world.ts'

test('KEEPER-50 a multiRead shows one state: all of a transaction or nothing of it, at every replica', async () => {
  const { world, keepers } = await begin({ seed: 50 })
  const paths = ['/a', '/b', '/c'] as const
  await world.run(async () => {
    for (const path of paths) await keepers[0].create(path, '0')
    for (const keeper of keepers) await keeper.sync()
    let isDone = false
    const writing = (async () => {
      for (let turn = 1; turn <= 50; turn++)
        await keepers[turn % 3]?.multi(
          paths.map(path => ({ type: 'set', path, data: String(turn) }) as const),
        )
      isDone = true
    })()
    const seen = new Set<string>()
    const reading = keepers.map(async (keeper, index) => {
      while (!isDone) {
        const consistency = index === 0 ? 'linearizable' : 'sequential'
        const answers = await keeper.multiRead(
          paths.map(path => ({ type: 'get', path }) as const),
          { consistency },
        )
        const values = answers.map(each => (each.ok ? text(each.value) : each.error.code))
        expect(new Set(values).size, values.join()).toBe(1)
        seen.add(values.join())
        await world.sleep(1)
      }
    })
    await Promise.all([writing, ...reading])
    expect(seen.size).toBeGreaterThan(20)
  })
})
