/** What the command line says. Reads it and checks it; does nothing. */
import { parseArgs } from 'node:util'
import { defaultLimits, type SignalingLimits } from './limits.ts'
import type { SignalingServerOptions } from './server.ts'

export type Arguments =
  | { readonly type: 'run'; readonly options: SignalingServerOptions }
  | { readonly type: 'help' }
  | { readonly type: 'mistake'; readonly what: string }

export const tokenVariable = 'PEERKEEPER_SIGNALING_TOKEN'

export const usage = `Usage: peerkeeper-signaling [options]

  --port N            where to listen; 0 takes any free port. Default 4700
  --host ADDRESS      the address to listen on; 0.0.0.0 lets other machines in. Default 127.0.0.1
  --data FILE         keep foundings (which ensemble each room has) in FILE, which this process then owns.
                      Default: in memory; then a room can be founded again after a restart
  --token TEXT        let in only clients that send this token. Better in ${tokenVariable},
                      where other users of the machine do not see it
  --origin ORIGIN     let in only pages of this origin (https://app.example); may be given several times.
                      Default: of all. Programs that are no browser name no origin and are let in
  --trust-proxy       take a client's address from the last entry of X-Forwarded-For. Only behind a proxy
  --no-relay          do not bring replicas' frames to each other where they cannot connect. Default: bring them, sealed by them
  --drain SECONDS     when told to stop, say so at /health for this long before clients are sent away. Default 0
  --limit NAME=N      change a limit; may be given several times
  --help, -h          this text

GET /health answers 200 while it serves and 503 otherwise; GET /metrics answers figures for Prometheus.
SIGINT or SIGTERM stops it in order; a second one, at once.

Limits and their defaults:
${Object.entries(defaultLimits)
  .map(([name, value]) => `  ${name}=${value}`)
  .join('\n')}
`

/** Reads `args`, which come after the program's name, and the token in `environment`. */
export function readArguments(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Arguments {
  try {
    const { values } = parse(args)
    if (values.help) return { type: 'help' }
    const token = values.token ?? environment[tokenVariable]
    const { data, origin } = values
    return {
      type: 'run',
      options: {
        port: number('--port', values.port, 65_535),
        host: values.host,
        trustsProxy: values['trust-proxy'],
        relay: !values['no-relay'],
        drainMs: number('--drain', values.drain, 3_600) * 1_000,
        limits: Object.fromEntries(values.limit.map(readLimit)),
        ...(data === undefined ? {} : { dataFile: data }),
        ...(token === undefined || token === '' ? {} : { token }),
        ...(origin === undefined ? {} : { origins: origin.map(readOrigin) }),
      },
    }
  } catch (error) {
    return { type: 'mistake', what: error instanceof Error ? error.message : String(error) }
  }
}

const parse = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '4700' },
      host: { type: 'string', default: '127.0.0.1' },
      data: { type: 'string' },
      token: { type: 'string' },
      origin: { type: 'string', multiple: true },
      'trust-proxy': { type: 'boolean', default: false },
      'no-relay': { type: 'boolean', default: false },
      drain: { type: 'string', default: '0' },
      limit: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })

function number(name: string, text: string, max: number): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > max) throw new Error(`${name} ${text}: a whole number up to ${max}`)
  return value
}

const isLimit = (name: string): name is keyof SignalingLimits => Object.hasOwn(defaultLimits, name)

function readLimit(text: string): [keyof SignalingLimits, number] {
  const [name = '', value = ''] = text.split('=', 2)
  if (!isLimit(name)) throw new Error(`--limit ${text}: there is no such limit`)
  const read = number(`--limit ${name}`, value, 2 ** 31 - 1)
  if (read === 0) throw new Error(`--limit ${text}: at least 1`)
  return [name, read]
}

/** As browsers write it: no path, no port that goes without saying. */
function readOrigin(text: string): string {
  const origin = URL.canParse(text) ? new URL(text).origin : 'null'
  if (origin === 'null') throw new Error(`--origin ${text}: write it like https://app.example`)
  return origin
}
