/** Data as people read it: text where it is text, else bytes. Pure. */
import { editableBytesMax, previewMax } from '../limits.ts'
import { count } from '../ui/format.ts'

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text in `data`, or null where it is no UTF-8 or too much to edit. */
export function textOf(data: Uint8Array): string | null {
  if (data.length > editableBytesMax) return null
  try {
    return strict.decode(data)
  } catch {
    return null
  }
}

/** One line that tells what `data` is. */
export function preview(data: Uint8Array): string {
  const head = new TextDecoder()
    .decode(data.subarray(0, previewMax * 4))
    .replace(/\s+/g, ' ')
    .trim()
  if (/\p{Cc}|\uFFFD/u.test(head.slice(0, -1))) return `${count(data.length)} bytes: ${hex(data)}`
  return head.length > previewMax ? `${head.slice(0, previewMax)} …` : head
}

const bytesShown = 8

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes.subarray(0, bytesShown), byte => byte.toString(16).padStart(2, '0')).join(' ') +
  (bytes.length > bytesShown ? ' …' : '')
