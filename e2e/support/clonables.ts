/** Garbage of every kind that this browser can post from one tab to another, drawn by seed. Runs in the page. */
import type { Page } from '@playwright/test'

/** Posts `count` values on each of `channels`. Resolves with how many kinds there were, once all have left. */
export const postGarbage = (page: Page, channels: readonly string[], count: number): Promise<number> =>
  page.evaluate(post, { channels, count })

async function post({
  channels,
  count,
}: {
  readonly channels: readonly string[]
  readonly count: number
}): Promise<number> {
  let state = 24
  const below = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
  const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
    'sign',
  ])
  const canvas = new OffscreenCanvas(2, 2)
  canvas.getContext('2d')
  const bitmap = await createImageBitmap(canvas)
  const certificate = await RTCPeerConnection.generateCertificate({
    name: 'ECDSA',
    namedCurve: 'P-256',
  } as never)
  const ring: Record<string, unknown> = { type: 'hello' }
  ring['from'] = ring
  const kinds: readonly (() => unknown)[] = [
    () => undefined,
    () => null,
    () => Number.NaN,
    () => 2n ** 70n,
    () => 'hello',
    () => '\ud800',
    () => 'x'.repeat(40_000),
    () => Object('hello'),
    () => new Date(Number.NaN),
    () => /^(a+)+$/g,
    () => new Error('a text', { cause: new RangeError('another') }),
    () => new DOMException('a text', 'AbortError'),
    () => new Blob(['a']),
    () => new File(['a'], 'a.txt'),
    () => new ArrayBuffer(9),
    () => new DataView(new ArrayBuffer(16), 3, 5),
    () => new Uint8Array(300),
    () => new BigInt64Array(2),
    () => new ImageData(2, 2),
    () => new DOMRect(1, 2, 3, 4),
    () => new DOMMatrix(),
    () => bitmap,
    () => privateKey,
    () => certificate,
    () => ring,
    () => JSON.parse('{"__proto__":{"type":"hello"},"length":-1}') as unknown,
    () => Object.assign([], { 5: 'hello' }),
  ]
  const leaf = () => kinds[below(kinds.length)]?.()
  const nest = () =>
    [leaf, () => [leaf()], () => new Map([[leaf(), leaf()]]), () => new Set([leaf()])][below(4)]?.()
  const fields = ['type', 'ensemble', 'node', 'from', 'to', 'bytes', 'data', 'hops'] as const
  const message = () => {
    const who = { node: 'stranger', ensemble: 'ensemble', instance: `x${below(3_000)}`, proof: 'none' }
    const made: Record<string, unknown> = {
      ...who,
      type: ['hello', 'here', 'bye', 'signal', 'frame'][below(5)],
      from: below(2) === 0 ? who : who.instance,
      to: who.instance,
      bytes: new Uint8Array(3),
      data: `1.${'A'.repeat(86)}.forged`,
      hops: 0,
    }
    if (below(2) === 0) made[fields[below(fields.length)] ?? 'type'] = nest()
    return made
  }
  const posted = new Set<unknown>()
  for (const name of channels) {
    const channel = new BroadcastChannel(name)
    for (let sent = 0; sent < count; ) {
      try {
        channel.postMessage(below(2) === 0 ? nest() : message())
        sent += 1
      } catch {
        // Of this kind nothing can be posted here.
      }
      // Others get their turn.
      if (sent % 200 === 0) await new Promise(resolve => setTimeout(resolve))
    }
    for (const [index, make] of kinds.entries())
      try {
        channel.postMessage(make())
        posted.add(index)
      } catch {
        // As above.
      }
    channel.close()
  }
  return posted.size
}
