/** Numbers, lists and texts as bytes, and back: each reader answers undefined where the bytes end too early. */
export interface Reader {
  /** A whole number of `bytes` bytes, the highest first. At most 6 bytes. */
  number(bytes: number): number | undefined
  /** The next `count` bytes. */
  take(count: number): readonly number[] | undefined
  /** A length of one byte, and so many bytes. */
  block(): readonly number[] | undefined
  readonly isAtEnd: boolean
}

export function readerOf(bytes: readonly number[]): Reader {
  let at = 0

  function take(count: number): readonly number[] | undefined {
    if (at + count > bytes.length) return undefined
    at += count
    return bytes.slice(at - count, at)
  }

  function number(count: number): number | undefined {
    return take(count)?.reduce((total, byte) => total * 256 + byte, 0)
  }

  return {
    number,
    take,
    block() {
      const length = number(1)
      return length === undefined ? undefined : take(length)
    },
    get isAtEnd() {
      return at === bytes.length
    },
  }
}

/** `value` in `count` bytes, the highest first. */
export const numberBytes = (value: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => Math.floor(value / 256 ** (count - 1 - index)) % 256)

/** At most 255 bytes, with their length in front. */
export const blockBytes = (bytes: readonly number[]): readonly number[] => [bytes.length, ...bytes]

/** A text of code units below 256. */
export const latinBytes = (text: string): readonly number[] =>
  Array.from(text, letter => letter.charCodeAt(0) & 255)

export const latinText = (bytes: readonly number[]): string => String.fromCharCode(...bytes)
