/**
 * The processes of this machine, as Linux tells of them in /proc: which there are, how much each has worked, and what an
 * operating system does to them. Does not know what they are.
 */
import { readdir, readFile } from 'node:fs/promises'

export interface Process {
  readonly pid: number
  /** Hundredths of a second of a processor's, so far. */
  readonly worked: number
}

/** Those whose command, its words apart by blanks, is such a one; none where the system tells of none. */
export async function processesOf(command: RegExp): Promise<readonly Process[]> {
  const names = await readdir('/proc').catch(() => [])
  const found = await Promise.all(
    names
      .filter(name => /^\d+$/.test(name))
      .map(async name => {
        const words = (await textOf(`/proc/${name}/cmdline`)).replaceAll('\0', ' ').trim()
        if (!command.test(words)) return []
        // What stands behind the name, which may hold anything: state, then numbers.
        const facts = factsOf(await textOf(`/proc/${name}/stat`))
        return [{ pid: Number(name), worked: Number(facts[11] ?? 0) + Number(facts[12] ?? 0) }]
      }),
  )
  return found.flat()
}

/** Whether this process started it, or one that did. */
export async function isOwn(pid: number): Promise<boolean> {
  for (let at = pid; at > 1; at = Number(factsOf(await textOf(`/proc/${at}/stat`))[1] ?? 0))
    if (at === process.pid) return true
  return false
}

/** Whether the process was started with a variable of this name. */
export const hasVariable = async (pid: number, name: string): Promise<boolean> =>
  (await textOf(`/proc/${pid}/environ`)).split('\0').some(each => each.startsWith(`${name}=`))

/** Whether nothing of it runs any more. */
export async function isOver(pid: number): Promise<boolean> {
  const [state = 'Z'] = factsOf(await textOf(`/proc/${pid}/stat`))
  return state === 'Z' || state === 'X'
}

/** Stops it where it stands, lets it go on, or kills it. Nothing happens where it is not there. */
export function tell(pid: number, signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It went by itself.
  }
}

const factsOf = (stat: string): readonly string[] =>
  stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .filter(word => word !== '')

/** Nothing where it cannot be read: what is told of here comes and goes. */
const textOf = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '')
