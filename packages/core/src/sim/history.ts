/**
 * What clients asked and heard, in the order in which it happened: the input of the linearizability check, one event a
 * line. `ok` and `fail` are answers, both definite: a refusal also says something about the state. `info` is all that is
 * left of a request whose answer will never come: it may have happened, at any time from then on, or not.
 */
export type HistoryFunction = 'read' | 'write' | 'cas' | 'create' | 'delete'

/**
 * | f | invoke | ok | fail |
 * |---|---|---|---|
 * | read | null | `[version, data]`, or null where there is no znode | |
 * | write | data | `[version, data]` | NoNode |
 * | cas | `[version expected, data]` | `[version, data]` | NoNode, BadVersion |
 * | create | data | `[0, data]` | NodeExists |
 * | delete | version expected, -1 for any | null | NoNode, BadVersion |
 */
export type HistoryValue = null | string | number | readonly [version: number, data: string]

export interface HistoryEvent {
  /** One request at a time. A process whose request ended in `info` asks nothing more. */
  readonly process: number
  readonly type: 'invoke' | 'ok' | 'fail' | 'info'
  readonly f: HistoryFunction
  readonly key: string
  readonly value: HistoryValue
  /** Virtual milliseconds; the order of events is that of the lines. */
  readonly time: number
}

export const toJsonLines = (history: readonly HistoryEvent[]): string =>
  history.map(event => `${JSON.stringify(event)}\n`).join('')

/** A history written by {@link toJsonLines}. Throws on anything else: it is read by tests and tools only. */
export const fromJsonLines = (text: string): readonly HistoryEvent[] =>
  text
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => JSON.parse(line) as HistoryEvent)
