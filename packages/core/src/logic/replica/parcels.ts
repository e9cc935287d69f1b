/** Commands on their way to a leader, in messages that a frame has room for. */
import { appendBytesMax } from '../base/limits.ts'

/** Cuts `bodies` into parcels of at most {@link appendBytesMax} bytes, or of one body that is larger. */
export function* parcels(bodies: readonly Uint8Array[]): Iterable<readonly Uint8Array[]> {
  let parcel: Uint8Array[] = []
  let bytes = 0
  for (const body of bodies) {
    bytes += body.length
    if (parcel.length > 0 && bytes > appendBytesMax) {
      yield parcel
      parcel = []
      bytes = body.length
    }
    parcel.push(body)
  }
  if (parcel.length > 0) yield parcel
}
