/** Which part of the state an operation of a session is for. Closing the session is the machine's own. */
import { ok } from '../base/result.ts'
import type { Operation } from './command.ts'
import { multi } from './multi.ts'
import { operate, setAcl } from './operate.ts'
import { checkSize } from './operation-facts.ts'
import { identityOf } from './parse-acl.ts'
import type { SessionTable } from './sessions.ts'
import { setQuota } from './set-quota.ts'
import { type Answer, refuse, type Transaction } from './transaction.ts'
import type { Tree } from './tree.ts'

/** Carries `operation` out, or changes nothing and says why. */
export function perform(
  tree: Tree,
  sessions: SessionTable,
  operation: Exclude<Operation, { readonly type: 'closeSession' }>,
  transaction: Transaction,
): Answer {
  const tooLarge = checkSize(operation)
  if (tooLarge !== null) return { ok: false, error: tooLarge }
  switch (operation.type) {
    case 'create':
    case 'delete':
    case 'set':
    case 'check':
      return operate(tree, operation, transaction)
    case 'setAcl':
      return setAcl(tree, operation, transaction)
    case 'multi':
      return multi(tree, operation.operations, transaction)
    case 'setQuota':
      return setQuota(tree, operation, transaction)
    case 'addAuth': {
      const { scheme, id } = operation
      const identity = identityOf(scheme, id)
      if (identity === null) return refuse('AuthFailed', `a session cannot be ${scheme || 'nothing'}:${id}`)
      if (!sessions.identify(transaction.session, identity))
        return refuse('LimitExceeded', 'the session has as many identities as it may have')
      return ok({ type: 'addAuth' })
    }
  }
}
