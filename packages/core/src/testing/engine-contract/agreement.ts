/** The contract while nothing is wrong: what is decided, where, in which order, and what is read. */
import type { Slot } from '../../logic/base/ids.ts'
import { require } from '../../sim/violation.ts'
import type { Case } from './contract.ts'
import { canonical, Scene } from './scene.ts'

const letters = [...'abcdefghijkl']

export const agreement: readonly Case[] = [
  {
    id: 'ENGINE-1',
    title: 'one voter alone decides what it is given, and sends nothing',
    run(kind) {
      const scene = new Scene(kind, { voters: 1 })
      scene.write(...letters)
      const [alone] = scene.running
      require(alone !== undefined, 'progress', () => 'nobody runs')
      require(scene.commands(alone).join('') === letters.join(''), 'order', () =>
        scene.commands(alone).join())
      require(scene.ensemble.messages === 0, 'quiet', () => `it sent ${scene.ensemble.messages} messages`)
    },
  },
  {
    id: 'ENGINE-2',
    title: 'the founding membership comes first, then commands in the order of one proposer, the same at all',
    run(kind) {
      const scene = new Scene(kind, { voters: 3 })
      scene.write(...letters)
      scene.settle()
      for (const node of scene.running) {
        const [first] = scene.ensemble.told(node).values
        const founded =
          !(first instanceof Uint8Array) && first?.type === 'membership' ? first.membership : null
        require(founded?.voters.join('') === 'abc', 'founding', () =>
          `${node.self} begins with something else`)
        require(scene.commands(node).join('') === letters.join(''), 'order', () =>
          scene.commands(node).join())
      }
    },
  },
  {
    id: 'ENGINE-3',
    title: 'what is proposed where nobody can propose is dropped, and disturbs nothing',
    run(kind) {
      const scene = new Scene(kind, { voters: 3 })
      const proposer = scene.proposer()
      scene.part([proposer])
      scene.pass(10_000)
      require(proposer.status()?.proposer !== proposer.self, 'quorum', () =>
        'it can propose alone among three')
      scene.input(proposer, { type: 'propose', commands: [new Uint8Array([1])] })
      scene.pass(5_000)
      scene.ensemble.mend()
      scene.write('x')
      scene.settle()
      require(scene.commands(proposer).join() === 'x', 'order', () => scene.commands(proposer).join())
    },
  },
  {
    id: 'ENGINE-4',
    title: 'a read at any replica is answered with a slot that covers all that was decided before it',
    run(kind) {
      const scene = new Scene(kind, { voters: 3 })
      scene.write('x')
      scene.settle()
      scene.running.forEach((node, index) => {
        scene.write(`before ${index}`)
        const through = Math.max(...scene.running.map(each => each.status()?.chosenThrough ?? 0))
        const id = 100 + index
        const answer = scene.wait(`a read at ${node.self} is answered`, () => {
          scene.input(node, { type: 'read', id })
          scene.pass(200)
          return scene.ensemble.reads.find(read => read.node === node.self && read.id === id) ?? null
        })
        require(answer.slot >= through, 'read', () => `${node.self} reads at ${answer.slot} of ${through}`)
      })
    },
  },
  {
    id: 'ENGINE-5',
    title: 'every message is read by the engine as it was written, and nonsense is refused without a throw',
    run(kind) {
      const scene = new Scene(kind, { voters: 3 })
      const { codec } = scene.ensemble
      const nonsense: unknown[] = [null, undefined, 1, 'accept', [], {}, { type: 'nonsense' }]
      scene.ensemble.onSend = (_from, _to, message) => {
        const read = kind.parseMessage(codec.decode(codec.encode(message)))
        require(canonical(read) === canonical(message), 'wire', () =>
          `not read as it was: ${JSON.stringify(message)}`)
        if (typeof message !== 'object' || message === null || nonsense.length > 5_000) return
        for (const name of Object.keys(message))
          for (const value of [null, -1, 1.5, 2 ** 60, 'x', {}, [], new Uint8Array(1)])
            nonsense.push({ ...message, [name]: value })
      }
      scene.write(...letters)
      scene.input(scene.proposer(), { type: 'read', id: 1 })
      scene.proposer().crash()
      scene.write('after')
      for (const each of nonsense) kind.parseMessage(each)
      for (const each of nonsense.slice(0, 7))
        require(kind.parseMessage(each) === null, 'wire', () =>
          `taken for a message: ${JSON.stringify(each)}`)
    },
  },
  {
    id: 'ENGINE-6',
    title: 'leadership goes to whom it is handed, where there is one',
    run(kind) {
      const scene = new Scene(kind, { voters: 3 })
      scene.write('x')
      scene.settle()
      const leader = scene.proposer()
      if (leader.status()?.leader !== leader.self) return
      const [other] = scene.running.filter(node => node !== leader)
      require(other !== undefined, 'progress', () => 'nobody else runs')
      scene.input(leader, { type: 'transfer', to: other.self })
      scene.wait('the other one leads', () => other.status()?.proposer === other.self)
      scene.write('y')
    },
  },
  {
    id: 'ENGINE-7',
    title: 'the same inputs give the same outputs',
    run(kind) {
      const seen = () => {
        const scene = new Scene(kind, { voters: 3, seed: 7 })
        const lines: string[] = []
        scene.ensemble.onSend = (from, to, message) =>
          lines.push(`${scene.ensemble.clock.now} ${from} ${to} ${JSON.stringify(message)}`)
        scene.write(...letters)
        scene.proposer().crash()
        scene.write('after')
        const through: Slot[] = scene.running.flatMap(node => node.status()?.chosenThrough ?? [])
        return [lines.join('\n'), through.join()].join('\n')
      }
      const [first, second] = [seen(), seen()]
      require(first === second, 'determinism', () => 'a second run went differently')
    },
  },
]
