/** Counters and values: each change counts once. */
import { Counter } from '../../../recipes/counter.ts'
import { SharedValue } from '../../../recipes/shared-value.ts'
import type { Exercise } from '../exercise.ts'

export const counter: Exercise = {
  name: 'counter',
  usersMin: 2,
  begin(stage) {
    let added = 0
    /** Additions of who was not told. */
    let unknown = 0
    const seen = new Set<number>()
    return {
      async turn({ name, keeper, patience }) {
        unknown++
        const { before, after } = await new Counter(keeper, '/app/count').add(1, patience)
        unknown--
        added++
        if (after !== before + 1 || seen.has(after))
          stage.fail('counter', `${name} made it ${after} once more`)
        seen.add(after)
      },
      async audit({ keeper }) {
        const count = await new Counter(keeper, '/app/count').get()
        if (count < added || count > added + unknown)
          stage.fail('counter', `it is ${count} after ${added} additions, and ${unknown} that may be`)
      },
    }
  },
}

export const sharedValue: Exercise = {
  name: 'shared-value',
  usersMin: 2,
  begin(stage) {
    let next = 1
    const put = new Set<string>()
    const asked = new Set<string>()
    const versions = new Set<number>()
    return {
      async turn({ name, keeper, patience }) {
        const mark = `${next++}`
        asked.add(mark)
        const value = new SharedValue(keeper, '/app/value')
        const { version } = await value.update(
          data => `${new TextDecoder().decode(data)} ${mark}`.trim(),
          patience,
        )
        if (versions.has(version)) stage.fail('version', `${name} made version ${version} once more`)
        versions.add(version)
        put.add(mark)
      },
      async audit({ keeper }) {
        const { data } = await new SharedValue(keeper, '/app/value').get()
        const marks = new TextDecoder()
          .decode(data)
          .split(' ')
          .filter(mark => mark !== '')
        if (new Set(marks).size !== marks.length) stage.fail('doubled', 'a change was made twice')
        const lost = [...put].filter(mark => !marks.includes(mark))
        if (lost.length > 0) stage.fail('lost', `${lost.join()} were overwritten`)
        const madeUp = marks.filter(mark => !asked.has(mark))
        if (madeUp.length > 0) stage.fail('made-up', `nobody wrote ${madeUp.join()}`)
      },
    }
  },
}
