// The mutants and the sources hold each other: each edit's `find` stands exactly once in its file.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { mutants } from '../mutants/list.mjs'
import { root } from './run.mjs'

/** Complaints about edits that no longer fit. */
export function checkMutations() {
  return mutants.flatMap(({ name, edits }) =>
    edits.flatMap(({ file, find }) => {
      const source = readFileSync(join(root, 'packages/core/src/logic', file), 'utf8')
      const count = source.split(find).length - 1
      return count === 1 ? [] : [`mutant ${name}: found ${count} times in ${file}: ${find}`]
    }),
  )
}
