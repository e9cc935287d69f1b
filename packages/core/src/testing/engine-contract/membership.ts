/** The contract of the membership: who joins, votes, leaves; what counts meanwhile. */
import { nodeId } from '../../logic/base/ids.ts'
import { changeMembership, type Membership } from '../../logic/consensus/membership.ts'
import { require } from '../../sim/violation.ts'
import type { Case } from './contract.ts'
import { Scene } from './scene.ts'

const newcomer = nodeId('x')

/** Three voters and one observer that has everything. */
function withObserver(kind: Parameters<Case['run']>[0]): Scene {
  const scene = new Scene(kind, { voters: 3 })
  scene.write('before')
  scene.ensemble.add(newcomer)
  scene.change({ type: 'addObserver', node: newcomer }, () => scene.membership().observers.includes(newcomer))
  scene.wait('the observer has everything', () => scene.holds(scene.node(newcomer), 'before'))
  return scene
}

export const membership: readonly Case[] = [
  {
    id: 'ENGINE-13',
    title:
      'one that knows nobody asks for nothing, is taken in, and learns everything; as an observer it never counts',
    run(kind) {
      const scene = withObserver(kind)
      const observer = scene.node(newcomer)
      require(observer.status()?.role === 'observer', 'role', () => `it says ${observer.status()?.role}`)
      const [first, second] = scene.running
      first?.crash()
      second?.crash()
      scene.pass(5_000)
      const through = observer.status()?.chosenThrough
      for (const node of scene.running)
        scene.input(node, { type: 'propose', commands: [new Uint8Array([1])] })
      scene.pass(10_000)
      require(observer.status()?.chosenThrough === through, 'quorum', () => 'an observer made a quorum')
    },
  },
  {
    id: 'ENGINE-14',
    title: 'a promoted observer counts, and what was decided before and after is the same everywhere',
    run(kind) {
      const scene = withObserver(kind)
      scene.change({ type: 'promote', node: newcomer }, () => scene.membership().voters.includes(newcomer))
      scene.write('after')
      scene.settle()
      const dead = scene.running.filter(node => node.self !== newcomer)[0]
      dead?.crash()
      scene.write('three of four')
      scene.settle()
    },
  },
  {
    id: 'ENGINE-15',
    title: 'a removed voter is not needed and does not count, also where it was the one that proposed',
    run(kind) {
      const scene = new Scene(kind, { voters: 5 })
      scene.write('before')
      for (const expected of [4, 3]) {
        const node = scene.proposer().self
        scene.change({ type: 'remove', node }, () => !scene.membership().voters.includes(node))
        const { voters } = scene.membership()
        require(voters.length === expected, 'membership', () => `${voters.length} voters are left`)
        scene.write(`with ${expected}`)
      }
      const { voters } = scene.membership()
      const gone = scene.running.filter(node => !voters.includes(node.self))
      for (const node of gone) node.crash()
      const [dies] = voters
      if (dies !== undefined) scene.node(dies).crash()
      scene.write('two of three')
    },
  },
  {
    id: 'ENGINE-16',
    title:
      'memberships in the log differ from one to the next by one voter at most, whatever is asked for at once',
    run(kind) {
      const scene = withObserver(kind)
      const proposer = scene.proposer()
      const [a, b] = scene.running.filter(node => node !== proposer && node.self !== newcomer)
      for (let round = 0; round < 10; round++) {
        for (const node of scene.running)
          scene.input(
            node,
            { type: 'changeMembership', change: { type: 'promote', node: newcomer } },
            { type: 'changeMembership', change: { type: 'remove', node: a?.self ?? newcomer } },
            { type: 'changeMembership', change: { type: 'remove', node: b?.self ?? newcomer } },
          )
        scene.pass(100)
      }
      scene.write('after')
      let last: Membership | null = null
      for (const value of scene.ensemble.told(proposer).values) {
        if (value instanceof Uint8Array || value.type !== 'membership') continue
        const { membership } = value
        require(last === null || isStep(last, membership), 'membership', () => 'two voters changed at once')
        last = membership
      }
    },
  },
]

/** Whether some one change, or none, leads from `old` to `next`. */
function isStep(old: Membership, next: Membership): boolean {
  const nodes = new Set([...old.voters, ...old.observers, ...next.voters, ...next.observers])
  const same = (a: Membership, b: Membership) =>
    a.voters.join() === b.voters.join() && a.observers.join() === b.observers.join()
  if (same(old, next)) return true
  return [...nodes].some(node =>
    (['addObserver', 'promote', 'remove'] as const).some(type => {
      const changed = changeMembership(old, { type, node })
      return changed.ok && same(changed.value, next)
    }),
  )
}
