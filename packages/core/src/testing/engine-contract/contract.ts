/**
 * What every consensus engine has to do, as cases that any test runner can run: each throws where the engine breaks its
 * contract (engine.ts). For authors of engines; the engines of this library are held by it too.
 *
 * Not a proof: an engine that passes has no coarse fault. Tables, scripts, the model checker and the simulator look closer.
 */
import type { AnyEngineKind, EngineKind } from '../../logic/consensus/engine.ts'
import { agreement } from './agreement.ts'
import { faults } from './faults.ts'
import { genesis } from './genesis.ts'
import { membership } from './membership.ts'
import { storage } from './storage.ts'

export interface ContractCase {
  /** `ENGINE-1` ... as docs/spec/testing.md lists them. */
  readonly id: string
  readonly title: string
  /** Runs the case in virtual time; throws where the contract is broken. */
  run(): void
}

/** One case before it is told of its engine. */
export interface Case {
  readonly id: string
  readonly title: string
  run(kind: AnyEngineKind): void
}

/**
 * The cases for `kind`. With vitest, say:
 *
 *     for (const { id, title, run } of engineContract(myEngine)) test(`${id} ${title}`, run)
 */
export function engineContract<Message>(kind: EngineKind<Message>): readonly ContractCase[] {
  const any = kind as unknown as AnyEngineKind
  const cases: readonly Case[] = [...agreement, ...faults, ...membership, ...storage, ...genesis]
  return cases.map(({ id, title, run }) => ({ id, title, run: () => run(any) }))
}
