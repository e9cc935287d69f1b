/**
 * A trace: what a ZooKeeper server answered, step by step, and its parser. The format is described in
 * packages/core/conformance/README.md. Does not know how a step is carried out.
 */

/** One request. Which fields it has depends on `op`. */
export interface Action {
  readonly op: string
  readonly path?: string
  readonly data?: string
  readonly version?: number
  readonly mode?: string
  readonly ttl?: number
  readonly acl?: readonly TraceAclEntry[]
  readonly scheme?: string
  readonly auth?: string
  /** Which watches to remove. */
  readonly type?: string
  /** A label: one watcher of the step's session. */
  readonly watch?: string
  /** Of a multi or a multiRead. */
  readonly ops?: readonly Action[]
}

export interface TraceAclEntry {
  readonly scheme: string
  readonly id: string
  /** Letters of `rwcda`. */
  readonly perms: string
}

export interface Step extends Action {
  readonly s: string
  /** What came back: either this, or `error`. */
  readonly ok?: unknown
  readonly error?: string
  /** Of a multi that failed. */
  readonly results?: unknown
  readonly events: readonly TraceEvent[]
}

/** What one watcher was told. */
export interface TraceEvent {
  readonly s: string
  readonly watch: string
  readonly type: string
  readonly path: string
}

export interface Trace {
  readonly name: string
  readonly steps: readonly Step[]
}

/** Throws an Error that says why `text` is no trace. */
export function parseTrace(text: string): Trace {
  const { name, steps } = JSON.parse(text) as { readonly name?: unknown; readonly steps?: unknown }
  if (typeof name !== 'string' || !Array.isArray(steps)) throw new Error('a trace has a name and steps')
  for (const [index, step] of steps.entries()) {
    const { s, op, ok, error, events } = step as { readonly [field in keyof Step]?: unknown }
    if (typeof s !== 'string' || typeof op !== 'string' || !Array.isArray(events))
      throw new Error(`step ${index} of ${name} has a session, an operation and events`)
    if ((ok === undefined) === (error === undefined))
      throw new Error(`step ${index} of ${name} has either an answer or an error`)
  }
  return { name, steps: steps as readonly Step[] }
}
