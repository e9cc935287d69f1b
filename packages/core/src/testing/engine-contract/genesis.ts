/** The contract of a log that begins with a snapshot: one voter alone with a state of its own, and who joins it. */
import { nodeId, slot } from '../../logic/base/ids.ts'
import { forkSlots } from '../../logic/base/limits.ts'
import type { AnyEngineKind } from '../../logic/consensus/engine.ts'
import type { BareNode } from '../../sim/bare/node.ts'
import { require } from '../../sim/violation.ts'
import type { Case } from './contract.ts'
import { canonical, Scene, textsOf } from './scene.ts'

const self = nodeId('f')
const through = slot(forkSlots + 4_711)
const state = new Uint8Array([3, 1, 4])

/** One node that begins behind slot `through`. */
function begun(kind: AnyEngineKind): { readonly scene: Scene; readonly node: BareNode } {
  const scene = new Scene(kind, { voters: 0 })
  const snapshot = { through, membership: { voters: [self], observers: [] }, state }
  return { scene, node: scene.ensemble.add(self, [], kind.genesis(snapshot)) }
}

/** Taken in by whoever can, with all that was decided so far. */
function join(scene: Scene, name: string, lastCommand: string): void {
  const node = nodeId(name)
  scene.ensemble.add(node)
  scene.change({ type: 'addObserver', node }, () => scene.membership().observers.includes(node))
  scene.wait(`${name} has everything`, () => scene.holds(scene.node(node), lastCommand))
  scene.change({ type: 'promote', node }, () => scene.membership().voters.includes(node))
}

/** Begins with the state, and goes on in the slot after it. */
function requireBegin(scene: Scene, node: BareNode, commands: string): void {
  const { installedThrough, values } = scene.ensemble.told(node)
  require(installedThrough === through, 'genesis', () => `${node.self} begins behind ${installedThrough}`)
  require(scene.commands(node).join() === commands, 'genesis', () => scene.commands(node).join())
  const chosen = node.status()?.chosenThrough
  require(chosen === through + values.length, 'genesis', () => `${node.self} knows slots up to ${chosen}`)
}

export const genesis: readonly Case[] = [
  {
    id: 'ENGINE-21',
    title:
      'one that begins behind a snapshot leads itself, with its state, from the slot after it, and sends nothing',
    run(kind) {
      const { scene, node } = begun(kind)
      scene.write('first', 'second')
      requireBegin(scene, node, 'first,second')
      const installed = scene.ensemble.snapshots.map(each => each.snapshot.state)
      require(canonical(installed) === canonical([state]), 'genesis', () => 'another state was given out')
      require(scene.membership().voters.join() === self, 'membership', () => 'others count')
      const { messages } = scene.ensemble
      require(messages === 0, 'genesis', () => `${messages} messages were sent`)
    },
  },
  {
    id: 'ENGINE-22',
    title: 'who joins one that begins behind a snapshot is sent it, and votes; of three any two go on',
    run(kind) {
      const { scene, node } = begun(kind)
      scene.write('first')
      join(scene, 'a', 'first')
      join(scene, 'z', 'first')
      scene.write('second')
      scene.settle()
      for (const each of scene.running) requireBegin(scene, each, 'first,second')
      require(scene.membership().voters.join() === 'a,f,z', 'membership', () => canonical(scene.membership()))
      node.crash()
      scene.write('without the first')
      scene.settle()
      scene.ensemble.start(node)
      scene.write('with it')
      scene.settle()
      for (const each of scene.running)
        require(scene.commands(each).join() === 'first,second,without the first,with it', 'genesis', () =>
          scene.commands(each).join())
    },
  },
  {
    id: 'ENGINE-23',
    title:
      'one that begins behind a snapshot begins there again after any restart, with what it decided since',
    run(kind) {
      const { scene, node } = begun(kind)
      node.crash()
      scene.ensemble.start(node)
      scene.write('first')
      for (let times = 0; times < 3; times++) {
        node.crash(times === 1)
        scene.ensemble.start(node)
        scene.pass(500)
      }
      scene.write('second')
      requireBegin(scene, node, 'first,second')
    },
  },
  {
    id: 'ENGINE-24',
    title:
      'started again without a quorum it still holds, behind what it knows as decided, all that it had accepted',
    run(kind) {
      const scene = new Scene(kind, { voters: 3 })
      const written = ['first', 'second', 'third']
      for (const command of written) scene.write(command)
      scene.settle()
      for (const node of scene.running) require(node.held().length === 0, 'held', () => node.self)
      for (const node of scene.running) {
        node.crash()
        scene.ensemble.start(node)
        for (const other of scene.running) if (other !== node) other.crash()
        scene.pass(5_000)
        const commands = [...scene.commands(node), ...textsOf(node.held())]
        require(commands.join() === written.join(), 'held', () => `${node.self} has ${commands}`)
        scene.restart()
      }
    },
  },
]
