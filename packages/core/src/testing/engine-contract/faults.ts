/** The contract under faults: crashes, disks that do not answer, messages that are lost, repeated and late, partitions. */
import { seededRandom } from '../../logic/base/random.ts'
import { require } from '../../sim/violation.ts'
import type { Case } from './contract.ts'
import { Scene } from './scene.ts'

export const faults: readonly Case[] = [
  {
    id: 'ENGINE-8',
    title:
      'with F of 2F + 1 voters it goes on, with fewer it decides nothing, and with F + 1 again it goes on',
    run(kind) {
      for (const failures of [1, 2, 3]) {
        const scene = new Scene(kind, { voters: 2 * failures + 1 })
        scene.write('before')
        const dead = [scene.proposer(), ...scene.running.filter(node => node !== scene.proposer())].slice(
          0,
          failures + 1,
        )
        for (const node of dead.slice(0, failures)) node.crash()
        scene.write('with F dead')
        scene.settle()
        dead[failures]?.crash()
        const through = scene.running.map(node => node.status()?.chosenThrough)
        for (let round = 0; round < 20; round++) {
          for (const node of scene.running)
            scene.input(
              node,
              { type: 'propose', commands: [new Uint8Array([round])] },
              { type: 'read', id: round },
            )
          scene.pass(500)
        }
        const after = scene.running.map(node => node.status()?.chosenThrough)
        require(through.join() === after.join(), 'quorum', () =>
          `without a quorum ${through} became ${after}`)
        require(scene.ensemble.reads.length === 0, 'read', () => 'a read was answered without a quorum')
        for (const node of dead) scene.ensemble.start(node)
        scene.write('with all')
        scene.settle()
      }
    },
  },
  {
    id: 'ENGINE-9',
    title: 'nothing is decided before a quorum has it on disk',
    run(kind) {
      for (const stuck of [2, 3]) {
        const scene = new Scene(kind, { voters: 3 })
        scene.write('x')
        scene.settle()
        const proposer = scene.proposer()
        const order = [...scene.running.filter(node => node !== proposer), proposer]
        for (const node of order.slice(0, stuck)) node.flushMs = Number.POSITIVE_INFINITY
        scene.input(proposer, { type: 'propose', commands: [new Uint8Array([1])] })
        scene.pass(800)
        const through = scene.running.map(node => node.status()?.chosenThrough)
        require(new Set(through).size === 1, 'durability', () =>
          `decided with ${stuck} disks that do not answer`)
      }
    },
  },
  {
    id: 'ENGINE-10',
    title: 'a crash of all at any moment, in the middle of any write, takes back nothing that was decided',
    run(kind) {
      for (let step = 0; step < 60; step++) {
        const scene = new Scene(kind, { voters: 3, seed: step + 1 })
        scene.write('a')
        const proposer = scene.proposer()
        scene.input(proposer, { type: 'propose', commands: [new Uint8Array([98]), new Uint8Array([99])] })
        scene.pass(step)
        const decided = new Set(scene.running.flatMap(node => scene.commands(node)))
        scene.running.forEach((node, index) => {
          node.crash(((step >> index) & 1) === 1)
        })
        for (const node of scene.ensemble.nodes.values()) scene.ensemble.start(node)
        scene.write('d')
        scene.settle()
        for (const node of scene.running)
          for (const command of decided)
            require(scene.holds(node, command), 'durability', () =>
              `${node.self} lost ${command} at ${step} ms`)
      }
    },
  },
  {
    id: 'ENGINE-11',
    title: 'loss, repetition and delay neither make two nodes differ nor stop them for good',
    run(kind) {
      for (let seed = 1; seed <= 12; seed++) {
        const scene = new Scene(kind, { voters: seed % 2 === 0 ? 3 : 5, seed })
        const random = seededRandom(seed)
        const faultless = scene.ensemble.carry
        scene.ensemble.carry = () => {
          const late = 1 + random.below(random.below(10) === 0 ? 2_000 : 40)
          if (random.below(6) === 0) return []
          return random.below(6) === 0 ? [late, random.below(500)] : [late]
        }
        for (let round = 0; round < 30; round++) {
          for (const node of scene.running)
            if (node.status()?.proposer === node.self)
              scene.input(node, { type: 'propose', commands: [new Uint8Array([round, seed])] })
          if (round % 7 === 3) {
            const node = scene.running[random.below(scene.running.length)]
            node?.crash(round % 2 === 0)
            scene.pass(random.below(2_000))
            if (node !== undefined) scene.ensemble.start(node)
          }
          scene.pass(random.below(400))
        }
        scene.ensemble.carry = faultless
        scene.write('healed')
        scene.settle()
      }
    },
  },
  {
    id: 'ENGINE-12',
    title:
      'one that is cut off with fewer than a quorum says before long that it cannot propose, and catches up later',
    run(kind) {
      const scene = new Scene(kind, { voters: 5 })
      scene.write('before')
      const lonely = scene.proposer()
      const companion = scene.running.find(node => node !== lonely)
      scene.part(companion === undefined ? [lonely] : [lonely, companion])
      scene.wait('it knows', () => lonely.status()?.proposer !== lonely.self)
      scene.write('meanwhile')
      require(!scene.holds(lonely, 'meanwhile'), 'quorum', () => 'it hears over a cut link')
      scene.ensemble.mend()
      scene.wait('it catches up', () => scene.holds(lonely, 'meanwhile'))
    },
  },
]
