/** One of each kind of question, asked at one moment and heard at a later one: by a tab that is frozen in between. */
import type { Tab } from './tab.ts'

export interface Heard {
  /** Data as the tab's own replica has it, or the code of the error. */
  readonly local: string
  /** Data as a quorum has it, or the code of the error. */
  readonly linearizable: string
  /** `version N` that the write made, or the code of the error. */
  readonly write: string
}

/** Has `tab` read `readPath` in both ways and write `writePath`; the answers are waited for when they are asked for. */
export async function askAll(
  { keeper }: Tab,
  readPath: string,
  writePath: string,
): Promise<() => Promise<Heard>> {
  const asked = await keeper.evaluateHandle(
    (of, paths) => {
      const limits = { timeoutMs: 20_000 }
      const text = ({ data }: { readonly data: Uint8Array }) => new TextDecoder().decode(data)
      const code = (error: { readonly code?: string }) => String(error.code ?? error)
      return {
        local: of.get(paths.readPath, limits).then(text, code),
        linearizable: of.get(paths.readPath, { ...limits, consistency: 'linearizable' }).then(text, code),
        write: of
          .set(paths.writePath, 'asked while frozen', limits)
          .then(({ version }) => `version ${version}`, code),
      }
    },
    { readPath, writePath },
  )
  return () =>
    asked.evaluate(async ({ local, linearizable, write }) => ({
      local: await local,
      linearizable: await linearizable,
      write: await write,
    }))
}
