/** What the command line of `peerkeeper-member` says. Reads it and checks it; does nothing but read the files that it names. */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { MemberOptions } from './member.ts'

export type Arguments =
  | {
      readonly type: 'run'
      readonly options: MemberOptions
      readonly health: Health | undefined
      readonly leaves: boolean
    }
  | { readonly type: 'help' }
  | { readonly type: 'mistake'; readonly what: string }

export interface Health {
  readonly host: string
  readonly port: number
}

export const tokenVariable = 'PEERKEEPER_SIGNALING_TOKEN'

export const usage = `Usage: peerkeeper-member --url URL --room NAME --data DIR [options]

A member of an ensemble that is always there: it votes, and keeps the tree when all tabs are closed.

  --url URL           the signaling server, wss://...; it must relay
  --room NAME         the room, as the app names it
  --data DIR          where the member keeps its key and what it promised; one folder for each member, made when
                      there is none. A folder that is lost is a member that is lost: another takes its place
  --ensemble ID       join this ensemble. Default: the room's, as the server knows it; founded where there is none
  --engine NAME       multi-paxos, paxos, raft or zab, as the app says. Default multi-paxos
  --token-file FILE   what the server asks of those who use it. Or in ${tokenVariable}
  --secret-file FILE  the room's secret, where the app's pages have one; FILE is for its owner's eyes only
  --health [HOST:]PORT  answer GET /health there: 200 while it has a quorum, 503 otherwise. Default: nowhere
  --leave             when told to stop, have the ensemble take this member out. Default: it stays a member, which is
                      missed until it is started again
  --help, -h          this text

SIGINT or SIGTERM stops it in order; a second one, at once. It may be killed at any time: nothing that it promised is lost.
`

const engines = ['multi-paxos', 'paxos', 'raft', 'zab'] as const

/** Reads `args`, which come after the program's name, and the token in `environment`. */
export function readArguments(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Arguments {
  try {
    const { values } = parse(args)
    if (values.help) return { type: 'help' }
    const { ensemble, health, 'secret-file': secret } = values
    const token = values['token-file'] === undefined ? environment[tokenVariable] : line(values['token-file'])
    const engine = engines.find(name => name === values.engine)
    if (engine === undefined) throw new Error(`--engine ${values.engine}: ${engines.join(', ')}`)
    return {
      type: 'run',
      options: {
        url: needed('--url', values.url),
        room: needed('--room', values.room),
        folder: needed('--data', values.data),
        engine,
        ...(ensemble === undefined ? {} : { ensemble }),
        ...(token === undefined || token === '' ? {} : { token }),
        ...(secret === undefined ? {} : { secret: line(secret) }),
      },
      health: health === undefined ? undefined : readHealth(health),
      leaves: values.leave,
    }
  } catch (error) {
    return { type: 'mistake', what: error instanceof Error ? error.message : String(error) }
  }
}

const parse = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    options: {
      url: { type: 'string' },
      room: { type: 'string' },
      data: { type: 'string' },
      ensemble: { type: 'string' },
      engine: { type: 'string', default: 'multi-paxos' },
      'token-file': { type: 'string' },
      'secret-file': { type: 'string' },
      health: { type: 'string' },
      leave: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })

function needed(name: string, value: string | undefined): string {
  if (value === undefined || value === '') throw new Error(`${name} is needed`)
  return value
}

const line = (path: string): string => readFileSync(path, 'utf8').trim()

function readHealth(text: string): Health {
  const colon = text.lastIndexOf(':')
  const port = Number(text.slice(colon + 1))
  if (!/^\d+$/.test(text.slice(colon + 1)) || port > 65_535) throw new Error(`--health ${text}: [HOST:]PORT`)
  return { host: colon === -1 ? '127.0.0.1' : text.slice(0, colon), port }
}
