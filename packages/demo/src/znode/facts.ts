/** The selected znode's stat, as ZooKeeper names its fields. */
import type { Stat } from '@peerkeeper/core'
import { h, setText } from '../ui/dom.ts'
import { count, dateTime } from '../ui/format.ts'

const fields = {
  version: { of: stat => count(stat.version), title: 'Changes of the data' },
  dataLength: { of: stat => count(stat.dataLength), title: 'Bytes of data' },
  numChildren: { of: stat => count(stat.numChildren), title: 'Direct children' },
  cversion: { of: stat => count(stat.cversion), title: 'Creates and deletes of children' },
  czxid: { of: stat => count(stat.czxid), title: 'The transaction that created it' },
  mzxid: { of: stat => count(stat.mzxid), title: 'The last transaction that set its data' },
  pzxid: { of: stat => count(stat.pzxid), title: 'The last transaction that changed its children' },
  ephemeralOwner: { of: stat => owner(stat), title: 'The session that it goes with' },
  ctime: { of: stat => dateTime(stat.ctime), title: 'When it was created' },
  mtime: { of: stat => dateTime(stat.mtime), title: 'When its data was last set' },
} as const satisfies Record<string, { of(stat: Stat): string; title: string }>

export interface Facts {
  readonly element: HTMLElement
  draw(stat: Stat | null): void
}

export function createFacts(): Facts {
  const rows = Object.entries(fields).map(([name, { of, title }]) => {
    const value = h('dd', { 'data-testid': `stat-${name}` })
    return { of, value, element: h('div', { title }, h('dt', {}, name), value) }
  })
  return {
    element: h('dl', { class: 'facts', 'data-testid': 'stat' }, ...rows.map(row => row.element)),
    draw(stat) {
      for (const { of, value } of rows) setText(value, stat === null ? '…' : of(stat))
    },
  }
}

const owner = ({ ephemeralOwner }: Stat): string =>
  ephemeralOwner === 0 ? 'none' : `session ${count(ephemeralOwner)}`
