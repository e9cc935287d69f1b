/** Numbers, times and ids as people read them. Pure. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** `12,345` */
export const count = (value: number): string => whole.format(value)

/** `1 vote`, `2 votes` */
export const many = (value: number, one: string): string => `${count(value)} ${one}${value === 1 ? '' : 's'}`

/** The first characters of an id: enough to tell a handful apart. */
export const shortId = (id: string): string => id.slice(0, 6)

/** The last ten hex digits of a 53-bit digest. */
export const shortDigest = (digest: number): string => digest.toString(16).padStart(14, '0').slice(-10)

/** A hue of the colour wheel for an id, the same everywhere; far apart for ids that are close. */
export function hueOf(id: string | number): number {
  let hash = 2_166_136_261
  for (const character of String(id)) hash = Math.imul(hash ^ character.charCodeAt(0), 16_777_619)
  hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_519)
  return ((hash ^ (hash >>> 13)) >>> 0) % 360
}

/** A hue for each id, as {@link hueOf}, turned further where it would be too close to one before. */
export function huesOf(ids: readonly string[]): ReadonlyMap<string, number> {
  const hues = new Map<string, number>()
  for (const id of ids) {
    let hue = hueOf(id)
    for (let turn = 0; turn < 8 && isNearAny(hue, hues.values()); turn++) hue = (hue + 45) % 360
    hues.set(id, hue)
  }
  return hues
}

function isNearAny(hue: number, others: Iterable<number>): boolean {
  for (const other of others) {
    const apart = Math.abs(hue - other)
    if (Math.min(apart, 360 - apart) < 30) return true
  }
  return false
}

/** `14:03:07` */
export const clockTime = (timeMs: number): string => new Date(timeMs).toLocaleTimeString('en-GB')

/** `2026-01-31 14:03:07`; a dash for the znodes that are older than time. */
export function dateTime(timeMs: number): string {
  if (timeMs === 0) return '–'
  const date = new Date(timeMs)
  const [year, month, day] = [date.getFullYear(), date.getMonth() + 1, date.getDate()]
  const two = (value: number) => String(value).padStart(2, '0')
  return `${year}-${two(month)}-${two(day)} ${clockTime(timeMs)}`
}

export const milliseconds = (value: number): string => `${value < 10 ? value.toFixed(1) : count(value)} ms`
