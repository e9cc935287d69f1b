/** The page's own clock and dice. The only file that asks for them; everything else has them passed in. */
import type { Timers } from '../wire/timers.ts'

export const pageTimers: Timers = {
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

/** 32 hexadecimal digits that nobody else has. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}
