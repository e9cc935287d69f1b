/**
 * A STUN and TURN server (coturn) on one of the hosts, with credentials that expire: the user is a time in seconds since 1970,
 * its password the HMAC of that by a secret that app and server share ("TURN REST API").
 */
import { createHmac } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import { start } from './commands.ts'
import type { Network } from './network.ts'

const port = 3_478
const secret = 'shared by the app and its TURN server'

export interface TurnServer {
  readonly stun: RTCIceServer
  /** Over TCP alone; its credentials hold for so many seconds from now, or did until so many ago. */
  turnOverTcp(validSeconds: number): RTCIceServer
  close(): Promise<void>
}

export async function startTurnServer(network: Network, host: string): Promise<TurnServer> {
  const address = network.addressOf(host)
  const folder = await mkdtemp(join(tmpdir(), 'pkn-turn-'))
  const options = {
    'listening-ip': address,
    'listening-port': port,
    realm: 'peerkeeper.test',
    'static-auth-secret': secret,
    'log-file': 'stdout',
    pidfile: join(folder, 'pid'),
    userdb: join(folder, 'users'),
  }
  const flags = ['use-auth-secret', 'fingerprint', 'no-tls', 'no-dtls', 'no-cli'].map(name => `--${name}`)
  const settings = Object.entries(options).map(([name, value]) => `--${name}=${value}`)
  const program = env['TURNSERVER'] || 'turnserver'
  const server = await start(
    network.namespaceOf(host),
    program,
    ['-n', ...flags, ...settings],
    /DB connection success/,
  )
  return {
    stun: { urls: `stun:${address}:${port}` },
    turnOverTcp(validSeconds) {
      const username = String(Math.floor(Date.now() / 1_000) + validSeconds)
      const credential = createHmac('sha1', secret).update(username).digest('base64')
      return { urls: `turn:${address}:${port}?transport=tcp`, username, credential }
    },
    async close() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
