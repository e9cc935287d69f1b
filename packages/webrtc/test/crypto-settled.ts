/** WebCrypto works in threads of its own: who owns time in a test waits for it here, and not for luck. */
import { afterEach, beforeEach, vi } from 'vitest'

const methods = [
  'generateKey',
  'exportKey',
  'importKey',
  'deriveBits',
  'deriveKey',
  'digest',
  'encrypt',
  'decrypt',
] as const

/** Watches all calls while this file's tests run. Resolves, when called, once none is under way and `look` sees nothing new. */
export function cryptoSettled(): (look: () => unknown) => Promise<void> {
  let under = 0
  let calls = 0
  beforeEach(() => {
    for (const method of methods) {
      const original = crypto.subtle[method].bind(crypto.subtle) as (...args: unknown[]) => Promise<unknown>
      vi.spyOn(crypto.subtle, method).mockImplementation((async (...args: unknown[]) => {
        under += 1
        calls += 1
        try {
          return await original(...args)
        } finally {
          under -= 1
        }
      }) as never)
    }
  })
  afterEach(() => void vi.restoreAllMocks())
  return async look => {
    let quiet = 0
    while (quiet < 3) {
      const before = calls
      look()
      await new Promise(resolve => setImmediate(resolve))
      quiet = under === 0 && calls === before ? quiet + 1 : 0
    }
  }
}
