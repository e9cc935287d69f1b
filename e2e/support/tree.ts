/** The whole tree as one tab's replica has it, to compare before and after. */
import type { Tab } from './tab.ts'

/** Path, version and data of every znode, sorted by path. `/zookeeper` is left out. */
export const treeOf = ({ keeper }: Tab): Promise<readonly string[]> =>
  keeper.evaluate(async each => {
    const lines: string[] = []
    const visit = async (path: string): Promise<void> => {
      const { data, stat } = await each.get(path)
      lines.push(`${path} v${stat.version} ${new TextDecoder().decode(data)}`)
      const { children } = await each.children(path)
      for (const name of children) {
        const child = path === '/' ? `/${name}` : `${path}/${name}`
        if (child !== '/zookeeper') await visit(child)
      }
    }
    await each.sync()
    await visit('/')
    return lines
  })
