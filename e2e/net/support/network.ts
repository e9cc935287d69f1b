/**
 * Hosts on one network: a network namespace each, joined by a bridge with netem where the kernel has that, else by a wire of
 * ours. Owns namespaces, addresses, what a line does to packets, and who is cut off from whom. Knows nothing of browsers.
 */
import { fileURLToPath } from 'node:url'
import { ip, type Running, run, start } from './commands.ts'

/** What happens to all that a host sends, on its way to anybody. */
export interface Shape {
  readonly delayMs: number
  /** The delay is uniform within so much of `delayMs`. */
  readonly jitterMs: number
  readonly lossPercent: number
  /** So many packets overtake those before them: they are not delayed. */
  readonly reorderPercent: number
  /** 0: no limit. */
  readonly rateKbit: number
}

export const plain: Shape = { delayMs: 0, jitterMs: 0, lossPercent: 0, reorderPercent: 0, rateKbit: 0 }

export interface Network {
  readonly carrier: 'netem' | 'wire'
  namespaceOf(host: string): string
  addressOf(host: string): string
  shape(hosts: readonly string[], shape: Shape): Promise<void>
  /** From now on `to` hears nothing of `from`. The other direction is not touched. */
  cut(from: string, to: string): Promise<void>
  /** From now on no UDP leaves or enters `host`. */
  blockUdp(host: string): Promise<void>
  /** From now on `host` asks nobody for names by multicast (RFC 6762), and answers nobody. */
  blockMulticast(host: string): Promise<void>
  /** Takes the host's interface down, and up again with another address: a phone that leaves one network for another. */
  move(host: string): Promise<void>
  /** Mends every cut, and lets everything through as fast as it comes. */
  mend(): Promise<void>
  /** Ends everything that runs in the namespaces, and removes them. */
  close(): Promise<void>
}

const subnet = '10.77.0'
const wireProgram = fileURLToPath(new URL('../wire.py', import.meta.url))

/**
 * Makes the network. `id` is in the names of the namespaces, and of nobody else's; the first of `hosts` is where all others
 * send what is for elsewhere (it goes nowhere, but without such a route browsers look for no path).
 */
export async function createNetwork(id: string, hosts: readonly string[], seed: number): Promise<Network> {
  const namespaceOf = (host: string) => `pkn-${id}-${host}`
  const hub = namespaceOf('hub')
  /** The last number of each host's address. Invariant: no host ever had that of another. */
  const numbers = new Map(hosts.map((host, index) => [host, index + 1]))
  let lastNumber = hosts.length
  const addressOf = (host: string) => `${subnet}.${numbers.get(host)}`
  const nft = (host: string, line: string) =>
    run('ip', ['netns', 'exec', namespaceOf(host), 'nft', ...line.split(' ')])

  const namespaces = [hub, ...hosts.map(namespaceOf)]
  for (const namespace of namespaces) {
    await ip(`netns add ${namespace}`)
    await ip(`-n ${namespace} link set lo up`)
    // One address a host; a kernel that has no IPv6 has nothing to switch off.
    const off = 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6 || true'
    await run('ip', ['netns', 'exec', namespace, 'sh', '-c', off])
  }
  const carrier = (await hasNetem(hub)) ? 'netem' : 'wire'
  const device = (host: string) => `pkn${hosts.indexOf(host)}`
  const wire = carrier === 'wire' ? await layWire() : await layBridge()
  for (const host of hosts) {
    await ip(`-n ${hub} link set ${device(host)} netns ${namespaceOf(host)} name eth0`)
    await connect(host)
    await nft(host, 'add table inet net')
    for (const hook of ['input', 'output'])
      await nft(host, `add chain inet net ${hook} { type filter hook ${hook} priority 0 ; }`)
  }

  async function layWire(): Promise<Running> {
    return start(hub, 'python3', [wireProgram, String(seed), ...hosts.map(device)], /^ready$/)
  }

  async function layBridge(): Promise<null> {
    await ip(`-n ${hub} link add bridge0 type bridge`)
    await ip(`-n ${hub} link set bridge0 up`)
    for (const host of hosts) {
      await ip(`-n ${hub} link add ${device(host)}p type veth peer name ${device(host)}`)
      await ip(`-n ${hub} link set ${device(host)}p master bridge0 up`)
    }
    return null
  }

  async function connect(host: string): Promise<void> {
    const namespace = namespaceOf(host)
    await ip(`-n ${namespace} addr add ${addressOf(host)}/24 dev eth0`)
    await ip(`-n ${namespace} link set eth0 up`)
    const [gateway] = hosts
    if (gateway !== undefined && host !== gateway)
      await ip(`-n ${namespace} route replace default via ${addressOf(gateway)}`)
  }

  async function shapeHost(host: string, shape: Shape): Promise<void> {
    if (wire !== null) return void (await wire.ask(JSON.stringify({ device: device(host), ...shape })))
    const tc = (line: string) => run('tc', ['-n', namespaceOf(host), ...line.split(' ')])
    // The delay comes first in any case: packets can be reordered only among those that wait.
    const { delayMs, jitterMs, lossPercent, reorderPercent, rateKbit } = shape
    const reorder = reorderPercent > 0 ? ` reorder ${reorderPercent}%` : ''
    const rate = rateKbit > 0 ? ` rate ${rateKbit}kbit` : ''
    await tc(
      `qdisc replace dev eth0 root netem delay ${delayMs}ms ${jitterMs}ms loss ${lossPercent}%${reorder}${rate}`,
    )
  }

  return {
    carrier,
    namespaceOf,
    addressOf,
    async shape(some, shape) {
      for (const host of some) await shapeHost(host, shape)
    },
    async cut(from, to) {
      await nft(to, `add rule inet net input ip saddr ${addressOf(from)} drop`)
    },
    async blockUdp(host) {
      for (const chain of ['input', 'output'])
        await nft(host, `add rule inet net ${chain} meta l4proto udp drop`)
    },
    async blockMulticast(host) {
      for (const chain of ['input', 'output'])
        await nft(host, `add rule inet net ${chain} udp dport 5353 drop`)
    },
    async move(host) {
      await ip(`-n ${namespaceOf(host)} link set eth0 down`)
      await ip(`-n ${namespaceOf(host)} addr flush dev eth0`)
      lastNumber += 1
      numbers.set(host, lastNumber)
      await connect(host)
    },
    async mend() {
      for (const host of hosts) {
        for (const chain of ['input', 'output']) await nft(host, `flush chain inet net ${chain}`)
        await shapeHost(host, plain)
      }
    },
    async close() {
      await wire?.stop()
      for (const namespace of namespaces) await ip(`netns del ${namespace}`)
    },
  }
}

/** Whether this kernel can delay and lose packets by itself: found out by trying, on a device that nobody uses. */
const hasNetem = (namespace: string): Promise<boolean> =>
  run('tc', ['-n', namespace, 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '1ms']).then(
    () => true,
    () => false,
  )
