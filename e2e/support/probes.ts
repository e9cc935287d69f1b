/** Probes (lab/probe.ts) as tests drive them: two pages in a mesh that exchange frames of every size. */

import { compareIds, mintNodeKey, nodeIdOf } from '@peerkeeper/core/transport'
import { expect, type Page } from '@playwright/test'
import type { ProbeIdentity, ProbeOptions } from '../lab/probe.ts'

const megabyte = 1_000_000

/** Who two probes are: the first one dials. */
export async function mintPair(): Promise<readonly [ProbeIdentity, ProbeIdentity]> {
  const [one, two] = [await mintIdentity(), await mintIdentity()]
  return compareIds(one.node, two.node) < 0 ? [one, two] : [two, one]
}

export async function mintIdentity(): Promise<ProbeIdentity> {
  const { publicKey, privateKey } = await mintNodeKey({ isExtractable: true })
  const exported = new Uint8Array(await crypto.subtle.exportKey('pkcs8', privateKey))
  const node = await nodeIdOf(publicKey)
  return { node, publicKey: Array.from(publicKey), privateKey: Array.from(exported) }
}

/** Makes a page that has the lab in it a probe. */
export const startProbe = (page: Page, options: ProbeOptions): Promise<void> =>
  page.evaluate(async each => {
    window.lab.probe = await window.lab.startProbe(each)
  }, options)

/** Waits until the probe was told so many times that a connection stands. */
export const waitForUps = (page: Page, count: number): Promise<unknown> =>
  // Also in a page that is out of sight, which draws no frames.
  page.waitForFunction(enough => window.lab.probe?.ups.length === enough, count, { polling: 50 })

/** The peers and numbers of the connections that a probe was told of. */
export const upsOf = (page: Page) => page.evaluate(() => window.lab.probe?.ups ?? [])

/** Sends frames of several sizes over both lanes and checks that all arrive unharmed. */
export async function exchange(from: Page, to: Page, sender: string, receiver: string): Promise<void> {
  const expected: { peer: string; bytes: number; sum: number | undefined }[] = []
  const before = await keptBy(to)
  for (const lane of ['control', 'bulk'] as const)
    for (const bytes of [1, 100, 20_000, megabyte]) {
      const sum = await from.evaluate(([peer, on, size]) => window.lab.probe?.send(peer, on, size), [
        receiver,
        lane,
        bytes,
      ] as const)
      expected.push({ peer: sender, bytes, sum })
    }
  await waitForKept(to, before.length + expected.length)
  const arrived = (await keptBy(to)).slice(before.length)
  const bySize = (a: { bytes: number }, b: { bytes: number }) => a.bytes - b.bytes
  expect(arrived.sort(bySize)).toEqual(expected.sort(bySize))
}

/** Prints the round trip of a small control frame, and what both lanes carry. */
export async function measure(title: string, from: Page, to: Page, receiver: string): Promise<void> {
  const roundTrips = (count: number) =>
    from.evaluate(async ([peer, times]) => (await window.lab.probe?.roundTrips(peer, times)) ?? [], [
      receiver,
      count,
    ] as const)
  await roundTrips(100)
  const times = await roundTrips(500)
  const small = await throughput(from, to, receiver, { lane: 'control', bytes: 100, count: 10_000 })
  const large = await throughput(from, to, receiver, { lane: 'bulk', bytes: megabyte, count: 7 })
  console.log(
    `${title}: round trip p50 ${times[250]?.toFixed(2)} ms, p99 ${times[495]?.toFixed(2)} ms; ` +
      `${small.toFixed(0)} frames of 100 B a second; bulk ${((large * megabyte) / 1e6).toFixed(1)} MB/s`,
  )
  expect(times).toHaveLength(500)
}

/** Frames a second, received. */
async function throughput(
  from: Page,
  to: Page,
  receiver: string,
  { lane, bytes, count }: { lane: 'control' | 'bulk'; bytes: number; count: number },
): Promise<number> {
  const enough = count + (await keptBy(to)).length
  const start = performance.now()
  await from.evaluate(([peer, on, size, times]) => window.lab.probe?.send(peer, on, size, times), [
    receiver,
    lane,
    bytes,
    count,
  ] as const)
  await waitForKept(to, enough)
  return (count / (performance.now() - start)) * 1_000
}

const keptBy = (page: Page) => page.evaluate(() => window.lab.probe?.kept ?? [])

const waitForKept = (page: Page, count: number): Promise<unknown> =>
  page.waitForFunction(enough => (window.lab.probe?.kept.length ?? 0) >= enough, count)
