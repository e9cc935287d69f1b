// Recipes, broken.
import { ofRecipes } from './kinds.mjs'

/** @type {readonly import('./kinds.mjs').Broken[]} */
export const recipeMutants = [
  ofRecipes(
    'herd',
    'who waits for a lock watches the first of the line in place of the one before it: all wake',
    'turn.ts',
    `  return after(line[index - 1])`,
    `  return after(index === 0 ? undefined : line[0])`,
    'lock',
    'turn',
  ),
  ofRecipes(
    'reader-before-writer',
    'readers come in before a writer that waits',
    'turn.ts',
    `before.findLast(name => kindOf(name) === writerKind)`,
    `before.slice(0, 1).findLast(name => kindOf(name) === writerKind)`,
    'turn',
    'locks',
  ),
  ofRecipes(
    'turn-not-asked',
    'whose turn it is the own replica says, however far it is behind',
    'line.ts',
    `        consistency: 'linearizable',`,
    ``,
    'lock',
  ),
  ofRecipes(
    'no-token',
    'every holder has the same token',
    'line.ts',
    `token: stat.czxid }`,
    `token: 1 }`,
    'lock',
  ),
  ofRecipes(
    'aborted-not-left',
    'who gives up waiting stays in the line',
    'lock.ts',
    `void (held?.release() ?? remove(tree, place.path))`,
    `void held?.release()`,
    'lock',
  ),
  ofRecipes(
    'lost-answer-orphan',
    'what was being made for somebody who gave up stays',
    'znode.ts',
    `if (made.signal.aborted) void creating.then(({ path }) => remove(tree, path)).catch(() => undefined)`,
    ``,
    'lock',
  ),
  ofRecipes(
    'suspension-not-told',
    'a holder without a quorum goes on',
    'guard.ts',
    `if (reason !== null && (suspension === 'counts' || isOver(tree.state))) lose(reason)`,
    `if (reason !== null && isOver(tree.state)) lose(reason)`,
    'lock',
  ),
  ofRecipes(
    'guarded-from-now',
    'what happens between the turn and the guard is missed',
    'guard.ts',
    `from: token, onEvent`,
    `onEvent`,
    'lock',
  ),
  ofRecipes(
    'woken-is-turn',
    'who is woken takes it for its turn, whoever stands before it',
    'line.ts',
    `          await changeOf(tree, childOf(line.path, turn.name), made)
          break`,
    `          await changeOf(tree, childOf(line.path, turn.name), made)
          return true`,
    'lock',
  ),
  ofRecipes(
    'not-released',
    'what threw keeps its lock',
    'lock.ts',
    `  try {
    return await work(held)
  } finally {
    await held.release()
  }`,
    `  const result = await work(held)
  await held.release()
  return result`,
    'lock',
  ),
  ofRecipes(
    'downgrade-in-two',
    'a writer that becomes a reader goes to the end of the line',
    'read-write-lock.ts',
    `nameOf(held.path).replace(writerKind, readerKind)`,
    `nameOf(held.path).replace(writerKind, readerKind).replace(/\\d{10}$/, '2147483646')`,
    'locks',
  ),
  ofRecipes(
    'locks-as-given',
    'several locks are taken in the order in which they were given',
    'multi-lock.ts',
    `[...locks].sort((a, b) => (a.path < b.path ? -1 : 1))`,
    `[...locks]`,
    'locks',
  ),
  ofRecipes(
    'barrier-unchecked',
    'a round is opened with somebody who has given up',
    'double-barrier.ts',
    `await made.race(this.#tree.multi([...checks, set], { timeoutMs: patienceMs }))`,
    `await made.race(this.#tree.multi([set, ...checks].slice(0, 1), { timeoutMs: patienceMs }))`,
    'barrier',
  ),
  ofRecipes(
    'barrier-given-up-anyway',
    'who gives up is out, also when the round was opened',
    'double-barrier.ts',
    `        if (round.includes(own)) return true`,
    `        if (round.includes(own)) return false`,
    'barrier',
  ),
  ofRecipes(
    'counter-unversioned',
    'a value is set whoever set it meanwhile',
    'shared-value.ts',
    `{ version, ...call }`,
    `{ ...call }`,
    'values',
  ),
  ofRecipes(
    'counter-never-in-turn',
    'who loses races for a version goes on racing',
    'shared-value.ts',
    `if (tries === optimisticTries)`,
    `if (tries < 0)`,
    'values',
  ),
  ofRecipes(
    'taken-under-a-worker',
    'an item that is worked on is taken',
    'seize.ts',
    `      { type: 'create', path: claim, mode: 'ephemeral' },
      { type: 'delete', path: claim },
`,
    ``,
    'queue',
  ),
  ofRecipes(
    'taken-and-lost',
    'an item that was taken for somebody who gave up is gone',
    'seize.ts',
    `if (made.signal.aborted) void putBack(tree, queue, taking, path, data)`,
    ``,
    'queue',
  ),
  ofRecipes(
    'finished-without-claim',
    'who lost its claim finishes the item that another works on',
    'seize.ts',
    `          { type: 'delete', path: claimed },
          { type: 'delete', path: childOf(itemsOf(queue), name) },`,
    `          { type: 'delete', path: childOf(itemsOf(queue), name) },`,
    'queue',
  ),
  ofRecipes(
    'taken-early',
    'an item is taken before its time',
    'items.ts',
    `dueMsOf(key) <= nowMs`,
    `dueMsOf(key) <= nowMs + 1_000`,
    'items',
    'queue',
  ),
  ofRecipes(
    'view-of-two-moments',
    'a view of a subtree is what was read last of each znode',
    'mirror.ts',
    `if (!isWhole || this.#events.some(({ zxid }) => zxid <= this.#through)) return false`,
    `if (!isWhole) return false`,
    'mirror',
  ),
  ofRecipes(
    'token-not-passed',
    'who leads is not told by which token',
    'leader.ts',
    `token: held.token, signal: term`,
    `token: 0, signal: term`,
    'leader',
  ),
  ofRecipes(
    'latch-keeps-on',
    'a latch leads on while no quorum is in reach',
    'latch.ts',
    `const signal = firstOf(held.signal, closed)`,
    `const signal = closed`,
    'leader',
  ),
  ofRecipes(
    'latch-not-left',
    'a latch that is closed stays in the line',
    'latch.ts',
    `    await held?.release()`,
    ``,
    'leader',
  ),
  ofRecipes(
    'woken-is-gone',
    'who waits at a barrier and is woken goes on without looking',
    'bell.ts',
    `      await bell.wait(made)
    } finally {
      bell.drop()
    }
  }`,
    `      await bell.wait(made)
      return true as T
    } finally {
      bell.drop()
    }
  }`,
    'barrier',
  ),
  ofRecipes(
    'barrier-one-early',
    'a round is opened when one is missing',
    'round.ts',
    `waiting.length >= size ?`,
    `waiting.length >= Math.max(1, size - 1) ?`,
    'barrier',
  ),
  ofRecipes(
    'barrier-left-one-early',
    'a round is over while one is in it',
    'round.ts',
    `round.findLast(name => name !== own && present.includes(name)) ?? null`,
    `round.slice(1).findLast(name => name !== own && present.includes(name)) ?? null`,
    'barrier',
  ),
  ofRecipes(
    'barrier-given-up-unchecked',
    'who gives up is out of a round that was opened at that moment',
    'double-barrier.ts',
    `this.#tree.multi([check, { type: 'delete', path }], { timeoutMs: patienceMs })`,
    `this.#tree.multi([check, { type: 'delete', path } as const].slice(1), { timeoutMs: patienceMs })`,
    'barrier',
  ),
  ofRecipes(
    'claimed-after-done',
    'an item that was done before the claim is worked on once more',
    'seize.ts',
    `if (data !== null) return { item: { data, name }, token: stat.czxid }`,
    `if (data !== undefined) return { item: { data: data ?? new Uint8Array(), name }, token: stat.czxid }`,
    'queue',
  ),
  ofRecipes(
    'claims-not-watched',
    "who waits for an item does not hear that one is nobody's any more",
    'item-queue.ts',
    `await this.#namesIn(claimsOf(this.path), made, bell)`,
    `await this.#namesIn(claimsOf(this.path), made, undefined)`,
    'queue',
  ),
  ofRecipes(
    'claim-not-left',
    "an item whose work threw is nobody's until the session ends",
    'item-queue.ts',
    `    } catch (error) {
      void remove(tree, claimed)
      throw error
    }
  }`,
    `    } catch (error) {
      throw error
    }
  }`,
    'queue',
  ),
  ofRecipes(
    'lease-too-many',
    'one more holds than there are leases',
    'turn.ts',
    `index < max ?`,
    `index <= max ?`,
    'turn',
    'locks',
  ),
  ofRecipes(
    'some-kept',
    'of several locks those that were taken are kept where one fails',
    'multi-lock.ts',
    `        void releaseAll(held)
        throw error`,
    `        throw error`,
    'locks',
  ),
  ofRecipes(
    'asked-back-is-lost',
    'who asks for a lock takes it away',
    'guard.ts',
    `else if (event.type === 'NodeDataChanged') asked.abort()`,
    `else if (event.type === 'NodeDataChanged') lose(lost(path))`,
    'lock',
  ),
  ofRecipes(
    'renewed-without-asking',
    'who was suspended goes on without a quorum',
    'hold.ts',
    `if (occupancy.isLeft || !(await awaitTurn(tree, place, made))) return null`,
    `if (occupancy.isLeft) return null`,
    'lock',
  ),
  ofRecipes(
    'watches-left',
    'what was watched for and did not come stays watched',
    'bell.ts',
    `    for (const path of this.#paths)
      this.#tree.removeWatches(path, { watcher: this.#watch }).catch(() => undefined)
`,
    ``,
    'lock',
  ),
  ofRecipes(
    'session-over-not-heard',
    'who waits does not hear that the session is over',
    'attempt.ts',
    `if (isOver(tree.state)) this.#givenUp.abort(lossOf(tree.state))`,
    ``,
    'lock',
  ),
  ofRecipes(
    'told-twice',
    'a value that was told is told again, whatever changed',
    'shared-value.ts',
    `return present.zxid === told ? undefined : present`,
    `return told === 0 ? undefined : present`,
    'values',
  ),
  ofRecipes(
    'suspended-out-of-group',
    'a suspension ends a membership',
    'group.ts',
    `made, 'does not count')`,
    `made, 'counts')`,
    'presence',
  ),
  ofRecipes(
    'kept-once',
    'a znode that is kept is not made again',
    'persistent-node.ts',
    `{ watch: bell.at(this.path), ...made.calls }`,
    `{ ...made.calls }`,
    'presence',
  ),
]
