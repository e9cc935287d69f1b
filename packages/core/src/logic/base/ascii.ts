/** Texts of plain ASCII as bytes and back, for what logic itself writes into znodes: there is no TextEncoder here. */
import { assert } from './assert.ts'

export function asciiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    assert(unit < 0x80, 'what logic writes into a znode is ASCII')
    bytes[i] = unit
  }
  return bytes
}

/** `bytes` as text, each byte a character. */
export function asciiText(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
