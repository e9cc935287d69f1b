// Where figures were measured.
import { availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { version as zookeeperVersion } from '../zookeeper/ensemble.mjs'

/** @param {string | null} browser its version */
export const environment = browser => ({
  date: new Date().toISOString(),
  node: process.versions.node,
  browser,
  zookeeper: zookeeperVersion(),
  system: `${type()} ${release()}`,
  cores: availableParallelism(),
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  memoryGb: Math.round(totalmem() / 2 ** 30),
})
