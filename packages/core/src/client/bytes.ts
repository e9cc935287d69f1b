/** Data of znodes: bytes, or text that stands for its UTF-8. */
const encoder = new TextEncoder()
const decoder = new TextDecoder()

export const bytesOf = (data: Uint8Array | string): Uint8Array =>
  typeof data === 'string' ? encoder.encode(data) : data

export const textOf = (data: Uint8Array): string => decoder.decode(data)
