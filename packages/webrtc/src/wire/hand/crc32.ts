/** CRC-32 (ISO-HDLC, as in gzip): finds what was mistyped or cut. It keeps nobody from forging anything. */
export function crc32(bytes: readonly number[]): number {
  let crc = 0xffff_ffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0)
  }
  return ~crc >>> 0
}
