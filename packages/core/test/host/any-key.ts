/** A key for tests that only pass it on. Where a node must be the one that its key names, `mintNode` makes both. */
import { mintNodeKey } from '../../src/host/identity-key.ts'

export const anyKey = await mintNodeKey()
