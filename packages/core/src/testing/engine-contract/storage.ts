/** The contract of what is kept: restarts, shorter logs, snapshots, storage that cannot be. */
import { InvariantError } from '../../logic/base/assert.ts'
import { nodeId, slot } from '../../logic/base/ids.ts'
import { seededRandom } from '../../logic/base/random.ts'
import { require } from '../../sim/violation.ts'
import type { Case } from './contract.ts'
import { Scene } from './scene.ts'

const many = Array.from({ length: 40 }, (_, index) => `command ${index}`)

/** Has `node` forget what it was told, as its replica would after a snapshot. */
function compact(scene: Scene, node: Scene['running'][number]): void {
  const status = node.status()
  if (status === null) return
  const snapshot = {
    through: status.chosenThrough,
    membership: status.membership,
    state: new Uint8Array([7, 7]),
  }
  scene.input(node, { type: 'compact', snapshot })
}

/** Slots in rows of the log on the disk of `node`. */
const rows = (node: Scene['running'][number]): number =>
  node.disk.log.reduce((count, row) => count + (row.type === 'append' ? row.run.values.length : 0), 0)

export const storage: readonly Case[] = [
  {
    id: 'ENGINE-17',
    title: 'after a restart everything that was decided is given out once more, in order, and it goes on',
    run(kind) {
      const scene = new Scene(kind, { voters: 3 })
      scene.write(...many)
      scene.settle()
      for (const node of scene.running) {
        node.crash()
        scene.ensemble.start(node)
      }
      scene.write('after')
      scene.settle()
      for (const node of scene.running)
        require(scene.commands(node).join() === [...many, 'after'].join(), 'recovery', () =>
          scene.commands(node).join())
    },
  },
  {
    id: 'ENGINE-18',
    title: 'a snapshot shortens the log on disk, and a restart begins with it',
    run(kind) {
      const scene = new Scene(kind, { voters: 3, logKeptSlots: 4 })
      scene.write(...many)
      scene.settle()
      for (const node of scene.running) compact(scene, node)
      scene.pass(100)
      for (const node of scene.running) {
        require(rows(node) <= 4, 'compaction', () => `${node.self} keeps ${rows(node)} slots on disk`)
        node.crash()
        scene.ensemble.start(node)
      }
      scene.write('after')
      scene.settle()
      for (const node of scene.running) {
        const { installedThrough } = scene.ensemble.told(node)
        require(installedThrough >= many.length, 'recovery', () => `${node.self} begins without its snapshot`)
        require(scene.commands(node).join() === 'after', 'recovery', () => scene.commands(node).join())
      }
    },
  },
  {
    id: 'ENGINE-19',
    title:
      'one that needs what is forgotten is sent the snapshot, goes on behind it, and learns who takes part from it',
    run(kind) {
      const scene = new Scene(kind, { voters: 3, logKeptSlots: 2 })
      const late = scene.running.find(node => node !== scene.proposer())
      require(late !== undefined, 'progress', () => 'nobody else runs')
      late.crash()
      const newcomer = nodeId('x')
      scene.write(...many)
      scene.settle()
      for (const node of scene.running) compact(scene, node)
      scene.pass(100)
      scene.write('after')
      scene.settle()
      scene.ensemble.start(late)
      scene.ensemble.add(newcomer)
      scene.change({ type: 'addObserver', node: newcomer }, () =>
        scene.membership().observers.includes(newcomer),
      )
      for (const node of [late, scene.node(newcomer)]) {
        scene.wait(`${node.self} has caught up`, () => scene.holds(node, 'after'))
        const { installedThrough } = scene.ensemble.told(node)
        require(installedThrough > 0, 'snapshot', () => `${node.self} was sent what is forgotten`)
        require(node.status()?.membership.voters.join('') === 'abc', 'membership', () =>
          `${node.self} counts others`)
      }
    },
  },
  {
    id: 'ENGINE-20',
    title: 'storage that cannot be is refused',
    run(kind) {
      const refused: readonly unknown[] = [0, 'text', [], {}, { promised: 1 }, new Uint8Array(3)]
      for (const hardState of refused) {
        const config = { self: nodeId('a'), founders: [nodeId('a')], random: seededRandom(1) }
        const recovered = { hardState, log: [], snapshot: null }
        let isRefused = false
        try {
          kind.create({ ...config, recovered })
        } catch (error) {
          isRefused = error instanceof InvariantError
        }
        require(isRefused, 'recovery', () => `taken for a record: ${JSON.stringify(hardState)}`)
      }
      const membership = { voters: [nodeId('a')], observers: [] }
      const recovered = {
        hardState: null,
        log: [],
        snapshot: { through: slot(9), membership, state: new Uint8Array() },
      }
      let isRefused = false
      try {
        kind.create({ self: nodeId('a'), founders: [], random: seededRandom(1), recovered })
      } catch (error) {
        isRefused = error instanceof InvariantError
      }
      require(isRefused, 'recovery', () => 'a snapshot without a record is taken')
    },
  },
]
