/**
 * What an engine pays: for a commit when all is quiet, for many at once, and for the death of whoever it depended on.
 * Measured on the engine itself under virtual time, so that the figures are the protocol's and not a machine's.
 */
import { seededRandom } from '../../logic/base/random.ts'
import type { EngineName } from '../../logic/consensus/engine.ts'
import { engineKind } from '../../logic/consensus/engines.ts'
import type { Value } from '../../logic/consensus/value.ts'
import { BareEnsemble, type EnsembleOptions } from '../bare/ensemble.ts'
import type { BareNode } from '../bare/node.ts'
import type { VirtualMs } from '../clock.ts'
import { Violation } from '../violation.ts'

/** Of one size, so that bytes can be compared. */
const commandBytes = 100
/** Long enough that nothing of one commit is under way at the next. */
const apartMs = 1_000
const commits = 20
const batch = 64
const recoveries = 40
/** From a death until survivors are told, where they are: after all that the dead one had said. */
const hintMs = 10
/** In which a group without faults has to be ready, and to get over one. */
const patienceMs = 30_000

export interface CommitCosts {
  /** Messages one after the other until the proposer knows that its command is chosen; until everybody does. */
  readonly delays: number
  readonly delaysToAll: number
  /** Flushes one after the other, likewise. */
  readonly flushes: number
  readonly flushesToAll: number
  /** Of all nodes together, beyond what they say when nothing happens. */
  readonly messages: number
  readonly bytes: number
  /** For one command of {@link batch} that are proposed together. */
  readonly batchedMessages: number
  readonly batchedBytes: number
}

export interface RecoveryCosts {
  readonly p50Ms: VirtualMs
  readonly maxMs: VirtualMs
}

export function commitCosts(name: EngineName, voters: number): CommitCosts {
  const kind = engineKind(name)
  const [far, slow] = [20, 20]
  const delays = latency({ kind, voters, delayMs: far, flushMs: 0 })
  const flushes = latency({ kind, voters, delayMs: 0, flushMs: slow })
  const one = traffic({ kind, voters, delayMs: 1, flushMs: 1 }, 1)
  const many = traffic({ kind, voters, delayMs: 1, flushMs: 1 }, batch)
  return {
    delays: delays.toProposer / far,
    delaysToAll: delays.toAll / far,
    flushes: flushes.toProposer / slow,
    flushesToAll: flushes.toAll / slow,
    messages: one.messages,
    bytes: one.bytes,
    batchedMessages: many.messages,
    batchedBytes: many.bytes,
  }
}

/**
 * From the death of the leader (of the busiest proposer, where there is none) to the next commit by a survivor that
 * proposes as soon as it can. `isHinted`: the survivors are told, as by a closed connection.
 */
export function recoveryCosts(name: EngineName, voters: number, isHinted: boolean): RecoveryCosts {
  const gaps = Array.from({ length: recoveries }, (_, index) =>
    gapAfterDeath(name, voters, isHinted, index + 1),
  )
  gaps.sort((a, b) => a - b)
  return { p50Ms: gaps[Math.floor(gaps.length / 2)] ?? 0, maxMs: gaps.at(-1) ?? 0 }
}

/** The slowest of several commits, at their proposer and everywhere. */
function latency(options: EnsembleOptions): { readonly toProposer: VirtualMs; readonly toAll: VirtualMs } {
  const ensemble = new BareEnsemble(options)
  const proposer = ready(ensemble)
  let [toProposer, toAll] = [0, 0]
  for (let count = 0; count < 5; count++) {
    const at = ensemble.clock.now
    const before = ensemble.told(proposer).values.length
    propose(ensemble, proposer, 1)
    ensemble.pass(apartMs * 2)
    toProposer = Math.max(toProposer, (ensemble.told(proposer).atMs[before] ?? Number.NaN) - at)
    for (const node of ensemble.running)
      toAll = Math.max(toAll, (ensemble.told(node).atMs[before] ?? Number.NaN) - at)
  }
  return { toProposer, toAll }
}

/** Messages and bytes for one command, where `together` are proposed at a time. */
function traffic(
  options: EnsembleOptions,
  together: number,
): { readonly messages: number; readonly bytes: number } {
  const ensemble = new BareEnsemble(options)
  const proposer = ready(ensemble)
  const spent = (work: () => void) => {
    const { messages, bytes } = ensemble
    work()
    return { messages: ensemble.messages - messages, bytes: ensemble.bytes - bytes }
  }
  const idle = spent(() => ensemble.pass(commits * apartMs))
  const busy = spent(() => {
    for (let count = 0; count < commits; count++) {
      propose(ensemble, proposer, together)
      ensemble.pass(apartMs)
    }
  })
  const commands = commits * together
  return { messages: (busy.messages - idle.messages) / commands, bytes: (busy.bytes - idle.bytes) / commands }
}

function gapAfterDeath(name: EngineName, voters: number, isHinted: boolean, seed: number): VirtualMs {
  const ensemble = new BareEnsemble({ kind: engineKind(name), voters, seed, delayMs: 5, flushMs: 2 })
  const victim = ready(ensemble)
  ensemble.pass(seededRandom(seed).below(1_000))
  propose(ensemble, victim, 1)
  ensemble.pass(seededRandom(seed * 7).below(20))
  victim.crash()
  const diedAt = ensemble.clock.now
  const survivors = ensemble.running
  if (isHinted)
    ensemble.clock.after(hintMs, () => {
      for (const node of survivors) ensemble.input(node, { type: 'suspect', peer: victim.self })
    })
  const command = new Uint8Array(commandBytes).fill(255)
  const asked = new Set<BareNode>()
  const isDone = (): boolean => {
    const proposer = ensemble.proposer()
    if (proposer !== null && !asked.has(proposer)) {
      asked.add(proposer)
      ensemble.input(proposer, { type: 'propose', commands: [command] })
    }
    return survivors.some(node => ensemble.told(node).values.some(value => isCommand(value, 255)))
  }
  return ensemble.until(patienceMs, isDone) ? ensemble.clock.now - diedAt : Number.POSITIVE_INFINITY
}

/** Waits until one node can propose and everybody has what it proposed. */
function ready(ensemble: BareEnsemble): BareNode {
  const proposer = ensemble.until(patienceMs, () => ensemble.proposer())
  if (proposer === null) throw new Violation('progress', 'nobody can propose though nothing is wrong')
  propose(ensemble, proposer, 1)
  ensemble.pass(2 * apartMs)
  if (!ensemble.running.every(node => ensemble.told(node).values.some(value => isCommand(value, 1))))
    throw new Violation('progress', 'a command is not decided everywhere though nothing is wrong')
  return proposer
}

function propose(ensemble: BareEnsemble, proposer: BareNode, count: number): void {
  const commands = Array.from({ length: count }, () => new Uint8Array(commandBytes).fill(1))
  ensemble.input(proposer, { type: 'propose', commands })
}

const isCommand = (value: Value, byte: number): boolean => value instanceof Uint8Array && value[0] === byte
