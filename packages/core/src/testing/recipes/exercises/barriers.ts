/** Barriers: nobody passes one that stands; all enter a double one or none, and nobody leaves before all do. */
import { Barrier } from '../../../recipes/barrier.ts'
import { DoubleBarrier } from '../../../recipes/double-barrier.ts'
import type { Exercise } from '../exercise.ts'

export const barrier: Exercise = {
  name: 'barrier',
  usersMin: 3,
  begin(stage) {
    /** It stands for certain since it was set so often; null while that is not known. */
    let standing: number | null = null
    let sets = 0
    return {
      async turn({ name, keeper, sleep, chance, patience }) {
        const own = new Barrier(keeper, '/app/barrier')
        if (name === 'u0') {
          await own.set(patience)
          standing = ++sets
          await sleep(chance.between(10, 2_000))
          standing = null
          await own.remove(patience)
          return sleep(chance.between(10, 1_000))
        }
        const before = standing
        await own.wait(patience)
        if (before !== null && standing === before) stage.fail('barrier', `${name} passed, and it stands`)
      },
    }
  },
}

/** Who gave up waits at most five seconds to know whether it is out; after less it does know. */
const surelyOutMs = 4_500

export const doubleBarrier: Exercise = {
  name: 'double-barrier',
  usersMin: 3,
  begin(stage) {
    const size = 3
    const path = '/app/rounds'
    /** By session: what its user did last. */
    const users = new Map<string, 'entering' | 'inside' | 'leaving' | 'out'>()
    const round = (): readonly string[] => {
      const text = new TextDecoder().decode(stage.world.peek(path)?.data)
      return text === '' ? [] : text.split(' ')
    }
    /** `in-<session>.<number>-<sequence>` */
    const sessionOf = (name: string): string => name.slice('in-'.length).split('.')[0] ?? ''
    return {
      async turn({ name, keeper, sleep, chance, patience }) {
        const own = String(keeper.session)
        const { world } = stage
        users.set(own, 'entering')
        const began = world.now
        const entered = await new DoubleBarrier(keeper, path, size)
          .enter(patience)
          .catch((error: unknown) => {
            const limitMs = patience.timeoutMs
            const isSure = limitMs !== undefined && world.now - began - limitMs < surelyOutMs
            if (keeper.state === 'connected' && isSure) users.set(own, 'out')
            else users.delete(own)
            throw error
          })
        users.set(own, 'inside')
        const together = round()
        const sessions = together.map(sessionOf)
        // Where a later round is open already this one is over, for this one was expired out of it.
        if (sessions.includes(own)) {
          if (together.length !== size)
            stage.fail('round', `${name} entered with ${together.length} of ${size}`)
          const out = sessions.find(session => users.get(session) === 'out')
          if (out !== undefined) stage.fail('round', `${name} entered with ${out}, who had given up`)
        }
        await sleep(chance.pick([0, 20, 500]))
        users.set(own, 'leaving')
        await entered.leave(patience)
        if (!sessions.includes(own)) return
        const inside = together.find(
          each =>
            sessionOf(each) !== own &&
            users.get(sessionOf(each)) === 'inside' &&
            world.peek(`${path}/${each}`) !== null,
        )
        if (inside !== undefined) stage.fail('left', `${name} left while ${inside} was inside`)
      },
    }
  },
}
