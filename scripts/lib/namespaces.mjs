// The network namespaces that tests of several hosts make, `pkn-ID-HOST` where ID is the process that made them: whether this
// machine can have any, and the end of those whose maker is gone.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const named = /^pkn-(\d+)-\S+/

/** Why no network namespaces can be made here, or null where they can. */
export function whyNoNamespaces() {
  if (process.platform !== 'linux') return 'network namespaces are a part of Linux'
  if (process.getuid?.() !== 0) return 'only root may make network namespaces'
  const trial = `pkn-${process.pid}-trial`
  try {
    ip('netns', 'add', trial)
    ip('netns', 'exec', trial, 'true')
    return null
  } catch (error) {
    return `this machine makes none: ${String(error.stderr ?? error).trim()}`
  } finally {
    remove(trial)
  }
}

/** Why no line between namespaces can be slow or lose packets here, or null where it can: with netem, or a wire of the tests' own. */
export function whyNoWire() {
  if (hasNetem() || existsSync('/dev/net/tun')) return null
  return 'the kernel has neither netem nor /dev/net/tun'
}

function hasNetem() {
  const trial = `pkn-${process.pid}-trial`
  try {
    ip('netns', 'add', trial)
    execFileSync('tc', ['-n', trial, 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '1ms'], {
      stdio: 'ignore',
    })
    return true
  } catch {
    return false
  } finally {
    remove(trial)
  }
}

/** Removes the namespaces of runs that are over, with all that still runs in them; and those of the run `id`, over or not. */
export function sweepNamespaces(id) {
  for (const line of list()) {
    const maker = named.exec(line)?.[1]
    if (maker === undefined || (maker !== String(id) && isAlive(Number(maker)))) continue
    remove(line.split(' ')[0])
  }
}

function remove(namespace) {
  try {
    for (const pid of ip('netns', 'pids', namespace).split('\n').filter(Boolean)) kill(Number(pid))
    ip('netns', 'del', namespace)
  } catch {
    // It never was, or somebody else removed it.
  }
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function list() {
  try {
    return ip('netns', 'list').split('\n').filter(Boolean)
  } catch {
    return []
  }
}

const ip = (...args) => execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
