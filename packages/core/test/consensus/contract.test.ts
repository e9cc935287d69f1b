import { describe, test } from 'vitest'
import { engineNames } from '../../src/logic/consensus/engine-names.ts'
import { engineKind } from '../../src/logic/consensus/engines.ts'
import { engineContract } from '../../src/testing/engine-contract/contract.ts'

describe.each(engineNames)('%s', name => {
  for (const { id, title, run } of engineContract(engineKind(name))) test(`${id} ${title}`, run)
})
