/** Presence, caches, znodes that are kept: what is shown is what is there. */
import { Group } from '../../../recipes/group.ts'
import { persistentNode } from '../../../recipes/persistent-node.ts'
import { type SubtreeCache, subtreeCache } from '../../../recipes/subtree-cache.ts'
import type { VirtualEnsemble } from '../../virtual/ensemble.ts'
import type { Exercise } from '../exercise.ts'

export const presence: Exercise = {
  name: 'presence',
  usersMin: 3,
  begin(stage) {
    const path = '/app/here'
    /** Those who joined and have not left, with what says that they are no members any more. */
    const joined = new Map<string, AbortSignal>()
    const left = new Set<string>()
    return {
      async turn({ name, keeper, sleep, chance, patience }) {
        const group = new Group(keeper, path)
        const membership = await group.join(name, patience)
        joined.set(membership.name, membership.signal)
        await sleep(chance.pick([0, 50, 1_000]))
        if (membership.signal.aborted) {
          joined.delete(membership.name)
          return
        }
        const before = new Set(joined.keys())
        const gone = new Set(left)
        await keeper.sync(patience)
        const members = (await group.members(patience)).map(member => member.name)
        for (const each of before)
          if (stage.isCalm && joined.get(each)?.aborted === false && !members.includes(each))
            if (stage.world.peek(`${path}/${each}`) !== null)
              stage.fail('presence', `${name} does not see ${each}, who is there`)
        const ghost = members.find(each => gone.has(each))
        if (ghost !== undefined) stage.fail('presence', `${name} sees ${ghost}, who left`)
        joined.delete(membership.name)
        await membership.leave()
        if (keeper.state === 'connected' && stage.isCalm) left.add(membership.name)
      },
      /** All others died or left: sooner or later nobody is shown. */
      async audit({ keeper, sleep }) {
        while ((await new Group(keeper, path).members()).length > 0) await sleep(500)
      },
    }
  },
}

export const cache: Exercise = {
  name: 'cache',
  usersMin: 2,
  begin(stage) {
    const root = '/app/tree'
    const names = ['a', 'b', 'c'] as const
    let writes = 0
    /** Each transaction writes the same into both of a pair: no view shows them apart. */
    const look = (who: string, { view }: SubtreeCache) => {
      for (const name of names) {
        const [left, right] = ['left', 'right'].map(side => view.znodes.get(`${root}/${name}-${side}`))
        const [one, other] = [left, right].map(znode => (znode ? new TextDecoder().decode(znode.data) : null))
        if (one !== other) stage.fail('view', `${who} sees ${name} as ${one} and ${other} at ${view.zxid}`)
      }
    }
    return {
      async turn({ name, keeper, chance, patience }) {
        await keeper.create('/app', '', patience).catch(existing)
        await keeper.create(root, '', patience).catch(existing)
        using own = await subtreeCache(keeper, root, patience)
        own.addEventListener('change', () => look(name, own))
        look(name, own)
        const pair = chance.pick(names)
        const paths = ['left', 'right'].map(side => `${root}/${pair}-${side}`)
        const isThere = own.get(`${root}/${pair}-left`) !== undefined
        const data = `${++writes}`
        const type = !isThere ? 'create' : chance.happens(0.3) ? 'delete' : 'set'
        await keeper
          .multi(
            paths.map(path => ({ type, path, data }) as const),
            patience,
          )
          .catch(existing)
        const { stat } = await keeper.create(`${root}/${name}-mark-`, '', {
          mode: 'ephemeralSequential',
          ...patience,
        })
        // It follows at last, whatever happens to its replica.
        for await (const view of own.views()) if (view.zxid >= stat.czxid) break
      },
      async audit({ keeper, sleep }) {
        await keeper.sync()
        using own = await subtreeCache(keeper, root)
        const there = () => textOf(stage.world, root)
        const shown = () =>
          [...own.view.znodes.values()]
            .map(({ path, data }) => `${path} ${new TextDecoder().decode(data)}`)
            .sort()
            .join('\n')
        for (let looks = 0; shown() !== there(); looks++) {
          if (looks === 100) return stage.fail('cache', `it shows\n${shown()}\nin place of\n${there()}`)
          await sleep(500)
        }
      },
    }
  },
}

export const kept: Exercise = {
  name: 'persistent-node',
  usersMin: 2,
  begin(stage) {
    return {
      async turn({ name, keeper, sleep, chance, patience }) {
        const path = `/app/kept-${name}`
        await using own = persistentNode(keeper, path, { data: name })
        await own.ready(patience)
        if (chance.happens(0.5)) await keeper.delete(path, patience).catch(existing)
        // Until it is there again, which it is unless it ends.
        while (stage.isCalm && !own.signal.aborted && stage.world.peek(path) === null) await sleep(100)
      },
    }
  },
}

/** Somebody else was faster. */
function existing(error: { readonly code?: string }): void {
  if (error.code !== 'NodeExists' && error.code !== 'NoNode') throw error
}

/** All znodes from `root` down, a line each. */
function textOf(world: VirtualEnsemble, root: string): string {
  const lines: string[] = []
  const visit = (path: string): void => {
    const znode = world.peek(path)
    if (znode === null) return
    lines.push(`${path} ${new TextDecoder().decode(znode.data)}`)
    for (const name of znode.children) visit(`${path}/${name}`)
  }
  visit(root)
  return lines.sort().join('\n')
}
