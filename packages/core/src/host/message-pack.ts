/**
 * MessagePack for plain data: writes it, and reads what codec-scan.ts has found to be plain and whole. Knows nothing of extensions,
 * 64-bit integers or streams, which is why it is a tenth of the size of a library that does.
 * Format: github.com/msgpack/msgpack/blob/master/spec.md.
 */

/** Begins with room for a heartbeat, and keeps the room of the largest message up to this; a larger one's is given back. */
const roomKeptBytes = 1 << 20

/** What no value begins with: written for what is not plain, so that whoever reads refuses it. */
const notPlain = 0xc1

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Texts up to here are copied character by character while they are ASCII: for names that is faster than asking the platform. */
const shortText = 48

export class Writer {
  #bytes = new Uint8Array(1 << 12)
  #view = new DataView(this.#bytes.buffer)
  #at = 0

  /** The bytes of `value`, in a buffer of their own. */
  encode(value: unknown): Uint8Array {
    this.#at = 0
    this.#write(value)
    const encoded = this.#bytes.slice(0, this.#at)
    if (this.#bytes.length > roomKeptBytes) this.#makeRoom(new Uint8Array(1 << 12))
    return encoded
  }

  #write(value: unknown): void {
    this.#reserve(9)
    switch (typeof value) {
      case 'string':
        return this.#text(value)
      case 'number':
        return this.#number(value)
      case 'boolean':
        return this.#byte(value ? 0xc3 : 0xc2)
      case 'undefined':
        return this.#byte(0xc0)
      case 'object':
        return value === null ? this.#byte(0xc0) : this.#object(value)
      default:
        return this.#byte(notPlain)
    }
  }

  #object(value: object): void {
    if (value instanceof Uint8Array) {
      const { length } = value
      if (length < 0x100) this.#short(0xc4, length)
      else this.#long(0xc5, length)
      this.#reserve(length)
      this.#bytes.set(value, this.#at)
      this.#at += length
    } else if (Array.isArray(value)) {
      this.#container(0x90, 0xdc, value.length)
      for (let index = 0; index < value.length; index++) this.#write(value[index])
    } else {
      const prototype: unknown = Object.getPrototypeOf(value)
      if (prototype !== Object.prototype && prototype !== null) return this.#byte(notPlain)
      const fields = value as Readonly<Record<string, unknown>>
      const keys = Object.keys(fields)
      this.#container(0x80, 0xde, keys.length)
      for (const key of keys) {
        this.#reserve(9)
        this.#text(key)
        this.#write(fields[key])
      }
    }
  }

  #container(few: number, many: number, length: number): void {
    if (length < 16) this.#byte(few | length)
    else this.#long(many, length)
  }

  /** A negative zero is no integer. */
  #number(value: number): void {
    if ((value | 0) === value && (value !== 0 || 1 / value > 0)) {
      if (value >= 0) {
        if (value < 0x80) this.#byte(value)
        else if (value < 0x100) this.#short(0xcc, value)
        else this.#long(0xcd, value)
      } else if (value >= -0x20) this.#byte(value & 0xff)
      else if (value >= -0x80) this.#short(0xd0, value & 0xff)
      else if (value >= -0x8000) this.#word(0xd1, value & 0xffff)
      else this.#long(0xd1, value >>> 0)
    } else if (value > 0 && value <= 0xffffffff && value % 1 === 0) this.#long(0xcd, value)
    else {
      this.#byte(0xcb)
      this.#view.setFloat64(this.#at, value)
      this.#at += 8
    }
  }

  #text(text: string): void {
    const { length } = text
    this.#reserve(length * 3 + 5)
    const start = this.#at
    if (length < shortText) {
      const bytes = this.#bytes
      let at = start + (length < 32 ? 1 : 2)
      let index = 0
      for (; index < length; index++) {
        const code = text.charCodeAt(index)
        if (code > 0x7f) break
        bytes[at++] = code
      }
      if (index === length) {
        if (length < 32) bytes[start] = 0xa0 | length
        else this.#short(0xd9, length)
        this.#at = at
        return
      }
    }
    // The length is known when it is written: it comes in front then, and the text moves up to it.
    const { written } = encoder.encodeInto(text, this.#bytes.subarray(start + 5))
    if (written < 32) this.#byte(0xa0 | written)
    else if (written < 0x100) this.#short(0xd9, written)
    else this.#long(0xda, written)
    this.#bytes.copyWithin(this.#at, start + 5, start + 5 + written)
    this.#at += written
  }

  #byte(byte: number): void {
    this.#bytes[this.#at++] = byte
  }

  /** A kind, and a number of 8 bits. */
  #short(kind: number, number: number): void {
    this.#byte(kind)
    this.#byte(number)
  }

  /** A kind, and a number of 16 bits. */
  #word(kind: number, number: number): void {
    this.#byte(kind)
    this.#view.setUint16(this.#at, number)
    this.#at += 2
  }

  /** A number of 16 bits after `kind`, or of 32 after the next one. */
  #long(kind: number, number: number): void {
    if (number < 0x10000) return this.#word(kind, number)
    this.#byte(kind + 1)
    this.#view.setUint32(this.#at, number)
    this.#at += 4
  }

  #reserve(more: number): void {
    const needed = this.#at + more
    if (needed <= this.#bytes.length) return
    const room = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    room.set(this.#bytes.subarray(0, this.#at))
    this.#makeRoom(room)
  }

  #makeRoom(room: Uint8Array<ArrayBuffer>): void {
    this.#bytes = room
    this.#view = new DataView(room.buffer)
  }
}

interface KnownKey {
  readonly bytes: Uint8Array
  readonly text: string
}

export class Reader {
  #bytes: Uint8Array = new Uint8Array()
  #view = new DataView(this.#bytes.buffer)
  #at = 0
  /** Keys that were read last, by length and ends: the same few dozen come again and again. Says nothing of what they meant. */
  readonly #keys: (KnownKey | undefined)[] = []

  /** The value that `bytes` are, one whole plain one. Its byte strings are views of `bytes`. */
  decode(bytes: Uint8Array): unknown {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#at = 0
    return this.#read()
  }

  #read(): unknown {
    const kind = this.#bytes[this.#at++] as number
    if (kind < 0x80) return kind
    if (kind < 0x90) return this.#map(kind & 0x0f)
    if (kind < 0xa0) return this.#list(kind & 0x0f)
    if (kind < 0xc0) return this.#text(kind & 0x1f)
    if (kind >= 0xe0) return kind - 0x100
    switch (kind) {
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#binary(this.#next(1 << (kind - 0xc4)))
      case 0xca:
        this.#at += 4
        return this.#view.getFloat32(this.#at - 4)
      case 0xcb:
        this.#at += 8
        return this.#view.getFloat64(this.#at - 8)
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#next(1 << (kind - 0xcc))
      case 0xd0:
        return (this.#next(1) << 24) >> 24
      case 0xd1:
        return (this.#next(2) << 16) >> 16
      case 0xd2:
        return this.#next(4) | 0
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#next(1 << (kind - 0xd9)))
      case 0xdc:
      case 0xdd:
        return this.#list(this.#next(2 << (kind - 0xdc)))
      case 0xde:
      case 0xdf:
        return this.#map(this.#next(2 << (kind - 0xde)))
      default:
        return null
    }
  }

  /** A number of 1, 2 or 4 bytes. */
  #next(size: number): number {
    const at = this.#at
    this.#at += size
    if (size === 1) return this.#view.getUint8(at)
    return size === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at)
  }

  #binary(length: number): Uint8Array {
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  #list(length: number): unknown[] {
    const list: unknown[] = []
    for (let index = 0; index < length; index++) list.push(this.#read())
    return list
  }

  /** A key that would reach behind the object is left out. */
  #map(length: number): object {
    const map: Record<string, unknown> = {}
    for (let index = 0; index < length; index++) {
      const key = this.#key()
      const value = this.#read()
      if (key !== '__proto__') map[key] = value
    }
    return map
  }

  /** Keys are names, nearly always of under 32 bytes. */
  #key(): string {
    const kind = this.#bytes[this.#at] as number
    if (kind < 0xa0 || kind >= 0xc0) return String(this.#read())
    const start = ++this.#at
    const end = start + (kind & 0x1f)
    const bytes = this.#bytes
    const place = (kind ^ ((bytes[start] as number) << 1) ^ ((bytes[end - 1] as number) << 3)) & 0xff
    const known = this.#keys[place]
    if (known !== undefined && isSame(known.bytes, bytes, start, end)) {
      this.#at = end
      return known.text
    }
    const text = this.#text(end - start)
    this.#keys[place] = { bytes: bytes.slice(start, end), text }
    return text
  }

  #text(length: number): string {
    if (length < shortText) {
      const bytes = this.#bytes
      const end = this.#at + length
      let text = ''
      for (let at = this.#at; at < end; at++) {
        const code = bytes[at] as number
        if (code > 0x7f) return decoder.decode(this.#binary(length))
        text += String.fromCharCode(code)
      }
      this.#at = end
      return text
    }
    return decoder.decode(this.#binary(length))
  }
}

/** Whether `bytes` from `start` to `end` are `known`. */
function isSame(known: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (known.length !== end - start) return false
  for (let index = 0; index < known.length; index++) if (known[index] !== bytes[start + index]) return false
  return true
}
