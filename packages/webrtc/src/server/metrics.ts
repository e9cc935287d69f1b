/** The server's figures as text for Prometheus. Names and totals only. */
import type { Tally } from './tally.ts'

/** What is counted at this moment. */
export interface Gauges {
  readonly sockets: number
  readonly rooms: number
  readonly foundings: number
  readonly addresses: number
}

/** The text format 0.0.4 of `tally` and `gauges`. */
export function metricsText(tally: Tally, gauges: Gauges): string {
  const { received, receivedBytes, relayed, relayedBytes, lost, entered, dismissed, waitingBytes } = tally
  return [
    metric('sockets', 'gauge', 'Open sockets.', gauges.sockets),
    metric('rooms', 'gauge', 'Rooms with somebody in them.', gauges.rooms),
    metric('addresses', 'gauge', 'Remote addresses that count for a limit.', gauges.addresses),
    metric('foundings', 'gauge', 'Rooms whose founding is kept.', gauges.foundings),
    metric('waiting_bytes', 'gauge', 'Bytes that wait for slow sockets.', waitingBytes),
    metric('sockets_total', 'counter', 'Sockets that were let in.', entered),
    metric('messages_total', 'counter', 'Messages from clients.', received),
    metric('bytes_total', 'counter', 'Bytes of messages from clients.', receivedBytes),
    metric('relayed_total', 'counter', 'Signals brought to another client.', relayed),
    metric('relayed_bytes_total', 'counter', 'Bytes of those signals.', relayedBytes),
    metric('lost_total', 'counter', 'Signals lost because too much waited.', lost),
    metric('relay_frames_total', 'counter', 'Binary messages brought to another client.', tally.relayFrames),
    metric('relay_bytes_total', 'counter', 'Bytes of those messages.', tally.relayFrameBytes),
    metric('relay_lost_total', 'counter', 'Binary messages that reached nobody.', tally.relayLost),
    metric('relay_pauses_total', 'counter', 'Times that a sender had to wait.', tally.relayPauses),
    head('dismissed_total', 'counter', 'Sockets that the server ended, by reason.'),
    ...Object.entries(dismissed).map(
      ([reason, count]) => `${prefix}dismissed_total{reason="${reason}"} ${count}\n`,
    ),
    '# HELP process_resident_memory_bytes Resident memory.\n# TYPE process_resident_memory_bytes gauge\n',
    `process_resident_memory_bytes ${process.memoryUsage.rss()}\n`,
  ].join('')
}

const prefix = 'peerkeeper_signaling_'

const head = (name: string, type: 'gauge' | 'counter', help: string) =>
  `# HELP ${prefix}${name} ${help}\n# TYPE ${prefix}${name} ${type}\n`

const metric = (name: string, type: 'gauge' | 'counter', help: string, value: number) =>
  `${head(name, type, help)}${prefix}${name} ${value}\n`
