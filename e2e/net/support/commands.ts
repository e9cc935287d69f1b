/** Runs programs of the operating system, outside and inside network namespaces. Knows nothing of networks. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** How long a program may take to say that it is ready. */
const readyMsMax = 20_000

/** Runs a program to its end. Rejects with what it said where it fails. */
export async function run(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await execute(program, [...args])
  return stdout
}

/** Runs `ip` with the words of `line`. */
export const ip = (line: string): Promise<string> => run('ip', line.split(' '))

export interface Running {
  /** Sends a line to its standard input; resolves with the next line that it prints. */
  ask(line: string): Promise<string>
  /** Ends it, and waits until it has ended. Idempotent. */
  stop(): Promise<void>
}

/** Starts a program in `namespace`; resolves once it prints a line in which `ready` is found. */
export async function start(
  namespace: string,
  program: string,
  args: readonly string[],
  ready: RegExp,
): Promise<Running> {
  const child = spawn('ip', ['netns', 'exec', namespace, program, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)
  // What it prints has to be read to the end, heard or not.
  let hear: (line: string) => void = () => {}
  lines.on('line', line => hear(line))
  const ended = endOf(child)
  const readyOrNot = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${program} is not ready in time`)), readyMsMax)
    hear = line => {
      if (!ready.test(line)) return
      clearTimeout(timer)
      resolve()
    }
    void ended.then(why => {
      clearTimeout(timer)
      reject(new Error(`${program} ended: ${why}`))
    })
  })
  await readyOrNot
  return {
    ask: line =>
      new Promise((resolve, reject) => {
        hear = resolve
        void ended.then(reject)
        child.stdin.write(`${line}\n`)
      }),
    async stop() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

const endOf = (child: ChildProcess): Promise<string> =>
  new Promise(resolve => {
    child.on('error', error => resolve(error.message))
    child.on('close', (code, signal) => resolve(`${signal ?? code}`))
  })
