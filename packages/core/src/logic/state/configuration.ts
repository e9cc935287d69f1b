/** The members as clients see them: the text of `/zookeeper/config`. Source: ZooKeeper's znode of that name. */
import { asciiBytes } from '../base/ascii.ts'
import type { Zxid } from '../base/ids.ts'
import type { Configuration } from './contract.ts'
import type { Change } from './event.ts'
import { configPath } from './path.ts'
import { changeOf } from './transaction.ts'
import type { Tree } from './tree.ts'

/** Writes the members as of `zxid`, which is their version; returns the change that this is. */
export function configChange(tree: Tree, { members }: Configuration, zxid: Zxid, timeMs: number): Change {
  const text = JSON.stringify({ version: zxid, members: members.map(({ id, role }) => ({ id, role })) })
  return changeOf('dataChanged', configPath, zxid, tree.set(configPath, asciiBytes(text), zxid, timeMs))
}
