/** Frames that no replica would send. */

/** What an envelope says that was made by hand: anything, in the order of the real one. */
export interface Forged {
  readonly version: number
  readonly ensemble: string
  readonly engine: string
  readonly from: string
  readonly to: string
}

/** An envelope without messages in MessagePack, byte by byte: an array of six, the last one an empty array. */
export function forge({ version, ensemble, engine, from, to }: Forged): Uint8Array {
  const text = (value: string) => {
    const bytes = new TextEncoder().encode(value)
    return [0xd9, bytes.length, ...bytes]
  }
  return Uint8Array.from([0x96, version, ...[ensemble, engine, from, to].flatMap(text), 0x90])
}
