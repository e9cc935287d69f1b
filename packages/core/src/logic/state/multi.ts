/**
 * Several operations as one: all in one transaction, each seeing what those before it did, or none. Source: ZooKeeper's
 * PrepRequestProcessor (multi), whose results of a failure these are.
 */
import { err, ok } from '../base/result.ts'
import type { TreeOperation } from './command.ts'
import type { TreeAnswer } from './contract.ts'
import { resultsOf } from './error.ts'
import { operate } from './operate.ts'
import type { Answer, Transaction } from './transaction.ts'
import type { Tree } from './tree.ts'

/** Carries all `operations` out, or changes nothing (sequence numbers included) and says which failed why. */
export function multi(tree: Tree, operations: readonly TreeOperation[], transaction: Transaction): Answer {
  const results: TreeAnswer[] = []
  const { changes } = transaction
  tree.begin()
  for (const operation of operations) {
    const result = operate(tree, operation, transaction)
    if (!result.ok) {
      tree.rollback()
      changes.length = 0
      transaction.overQuota = null
      const { code } = result.error
      const message = `operation ${results.length + 1} of ${operations.length}: ${result.error.message}`
      return err({ code, message, results: resultsOf(operations.length, results.length, code) })
    }
    results.push(result.value)
  }
  tree.commit()
  return ok({ type: 'multi', results })
}
