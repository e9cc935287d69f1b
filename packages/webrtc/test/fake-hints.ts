/** Hints of a changed network that a test gives, at once. */
import type { NetworkHint, NetworkHints } from '../src/page/network-hints.ts'

export interface FakeHints extends NetworkHints {
  /** How many listen. */
  readonly listeners: number
  give(hint: NetworkHint): void
}

export function createFakeHints(): FakeHints {
  const listeners = new Set<(hint: NetworkHint) => void>()
  const give = (hint: NetworkHint) => {
    for (const listener of [...listeners]) listener(hint)
  }
  return {
    get listeners() {
      return listeners.size
    },
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    lost: () => give('lost'),
    give,
  }
}
