// The figures as tables for people: sides beside each other, ratios last.
import { channelSides } from '../sides/channels.mjs'
import { departureRows } from '../sides/departures.mjs'
import { floorOf } from '../sides/floor.mjs'
import { observerRows, observerSteps } from '../sides/observers.mjs'
import { loadPerSecond, roomSize, rooms } from '../sides/signaling.mjs'
import { treeSizes, watchCounts, wideChildren } from '../sides/tree.mjs'
import { inFlightSteps, setOperations, throughputName } from './measure.mjs'

const titles = { webrtc: 'WebRTC', devices: 'Three browsers', broadcast: 'Broadcast', zookeeper: 'ZooKeeper' }
const sideNames = Object.keys(titles)
const setTitles = { 'set-one': 'one znode', 'set-many': '1,000 znodes' }
const whoTitles = { one: 'one client', three: 'three clients' }

/** @param {import('./figures.mjs').Figures} figures */
export function report(figures) {
  const lines = [
    ...table(['Floor', 'p50 ms', 'p99 ms'], floorRows(figures)),
    ...table(['One at a time, ms: p50 (p99)', ...sideTitles], latencyRows(figures)),
    ...table(
      ['One at a time, ms: p50 (p99)', ...Object.values(channelSides), 'pages / workers'],
      channelRows(figures),
    ),
    ...table(
      ["Commits a second while the leader's page is", 'busy', 'resting', 'busy / resting'],
      blockedRows(figures),
    ),
    ...table(['Throughput, operations a second', ...sideTitles, 'WebRTC / ZK'], throughputRows(figures)),
    ...table(['After the kill of the leader, ms', ...sideTitles], failoverRows(figures)),
    ...table(['From a departure to the next commit elsewhere, ms', 'p50', 'max'], departures(figures)),
    ...table(
      ['Five voters, and so many observers', ...observerSteps.map(String), 'most / none'],
      observers(figures),
    ),
    ...table(['The tree alone', 'tree', 'bare Map', 'tree / Map'], treeRows(figures)),
    ...table(['The tree alone', ''], wideRows(figures)),
    ...table([`Signaling server, ${count(rooms)} rooms of ${roomSize}`, ''], signalingRows(figures)),
    ...table(['Ratios', ''], ratioRows(figures)),
  ]
  for (const { what, count } of figures.errors) lines.push(`errors: ${count} x ${what}`)
  return lines.join('\n')
}

const sideTitles = Object.values(titles)

const floorRows = figures => {
  const row = (title, name) => [
    title,
    ms(figures.median('floor', `${name} p50`)),
    ms(figures.median('floor', `${name} p99`)),
  ]
  return [
    row('data channel round trip, 100 B', 'round trip'),
    row('strict transaction, one row of 100 B', 'flush 100'),
    row('strict transaction, one row of 25 kB', 'flush 25000'),
    row('  the same, in three tabs at once, 100 B', 'flush 100 in three tabs'),
    row('  the same, in three tabs at once, 25 kB', 'flush 25000 in three tabs'),
    ['floor of a commit: round trip + flush', ms(floorOf(figures)), ''],
  ]
}

const latencyRows = figures =>
  ['commit at leader', 'commit at follower', 'fresh read at leader', 'fresh read at follower'].map(name => [
    name.replace('fresh', 'linearizable'),
    ...sideNames.map(side => {
      const p50 = figures.median(side, `${name} p50`)
      return p50 === null ? '' : `${ms(p50)} (${ms(figures.median(side, `${name} p99`))})`
    }),
  ])

const channelRows = figures =>
  ['leader', 'follower'].map(at => {
    const cells = Object.keys(channelSides).map(side => {
      const p50 = figures.median('channels', `${side} ${at} p50`)
      return p50 === null ? '' : `${ms(p50)} (${ms(figures.median('channels', `${side} ${at} p99`))})`
    })
    const [workers, pages] = Object.keys(channelSides).map(side =>
      figures.median('channels', `${side} ${at} p50`),
    )
    return [`commit at ${at}`, ...cells, times(pages, workers)]
  })

const blockedRows = figures =>
  Object.entries(channelSides).map(([side, title]) => {
    const [busy, resting] = ['busy', 'resting'].map(when => figures.median('channels', `${side} ${when}`))
    return [title, count(busy), count(resting), times(busy, resting)]
  })

function throughputRows(figures) {
  const row = (title, name) => [
    title,
    ...sideNames.map(side => count(figures.median(side, name))),
    times(figures.median('webrtc', name), figures.median('zookeeper', name)),
  ]
  const rows = []
  for (const operation of setOperations)
    for (const who of Object.keys(whoTitles))
      for (const inFlight of inFlightSteps)
        rows.push(
          row(
            `set ${setTitles[operation]}, ${whoTitles[who]}, ${count(inFlight)} in flight`,
            throughputName(operation, inFlight, who),
          ),
        )
  rows.push(row('set one znode, at a follower, 256 in flight', 'set-one 256 follower'))
  rows.push(row('read locally, one client, 256 in flight', 'get one'))
  rows.push(row('read locally, three clients, 256 in flight', 'get three'))
  return rows
}

const failoverRows = figures => [
  ['next write at another client, p50', ...sideNames.map(side => whole(figures.median(side, 'failover')))],
  ['next write at another client, max', ...sideNames.map(side => whole(figures.max(side, 'failover')))],
]

const departures = figures =>
  departureRows.map(({ title, name }) => [
    title,
    whole(figures.median('departures', name)),
    whole(figures.max('departures', name)),
  ])

const observers = figures =>
  observerRows.map(({ title, name }) => {
    const values = observerSteps.map(step => figures.median('observers', `${name} ${step}`))
    return [title, ...values.map(ms), times(values.at(-1) ?? null, values[0] ?? null)]
  })

const treeRows = figures =>
  treeSizes.flatMap(size =>
    [
      ['creates a second', 'creates'],
      ['sets a second', 'sets'],
      ['bytes a znode', 'bytes'],
    ].map(([title, name]) => {
      const [tree, map] = ['state', 'map'].map(side => figures.median(side, `${name} ${size}`))
      return [`${count(size)} znodes of 100 B: ${title}`, count(tree), count(map), times(tree, map)]
    }),
  )

const wideRows = figures => {
  const row = (title, name, show) => [title, show(figures.median('state', name))]
  const largest = `${count(treeSizes.at(-1))} znodes`
  return [
    row(`list ${count(wideChildren)} children, ms: first time`, 'children firstMs', ms),
    row('  again', 'children againMs', ms),
    row('  after one more was created', 'children afterAChangeMs', ms),
    row(`snapshot of ${largest}, ms`, 'snapshot snapshotMs', whole),
    row('  its size, MB', 'snapshot megabytes', whole),
    row('  restored, ms', 'snapshot restoreMs', whole),
    ...watchCounts.map(watches =>
      row(`watches for one write, ns, with ${count(watches)} set elsewhere`, `watches ${watches}`, whole),
    ),
  ]
}

function signalingRows(figures) {
  const row = (title, name, show) => [title, show(figures.median('signaling', name))]
  return [
    row('all have joined and seen all others, ms', 'all joined', whole),
    row('memory of the server before anybody came, kB', 'memory idle', kilobytes),
    row('  and for each socket', 'memory of a socket', kilobytes),
    row(`signals a second (${count(loadPerSecond)} wanted)`, 'relayed', count),
    row('  each took, ms: p50', 'relay p50', ms),
    row('  p99', 'relay p99', ms),
    row('stopped under load: it was gone after, ms', 'gone SIGTERM', whole),
    row('  all were back in their rooms after, ms', 'back SIGTERM', whole),
    row('  of it since its successor listened, ms', 'back after start SIGTERM', whole),
    row('killed under load: all were back after, ms', 'back SIGKILL', whole),
    row('  of it since its successor listened, ms', 'back after start SIGKILL', whole),
    row('150 bytes by the relay, ms: p50', 'bytes p50', ms),
    row('  p99', 'bytes p99', ms),
    row('16 KiB after 16 KiB by the relay, 128 KiB on the way, MB a second', 'bytes', megabytes),
  ]
}

function ratioRows(figures) {
  const commit = side => figures.median(side, 'commit at leader p50')
  const at256 = side => figures.median(side, throughputName('set-one', 256, 'one'))
  const floor = floorOf(figures)
  return [
    ['commit over WebRTC / floor', times(commit('webrtc'), floor)],
    ['commit between three browsers / floor', times(commit('devices'), floor)],
    ['commit over BroadcastChannel / floor', times(commit('broadcast'), floor)],
    ['commit over WebRTC / ZooKeeper', times(commit('webrtc'), commit('zookeeper'))],
    ['writes a second, 256 in flight, over WebRTC / ZooKeeper', times(at256('webrtc'), at256('zookeeper'))],
    [
      'failover over WebRTC / ZooKeeper',
      times(figures.median('webrtc', 'failover'), figures.median('zookeeper', 'failover')),
    ],
  ]
}

/** Rows and columns without a value are left out, and so is a table without rows. */
function table(head, rows) {
  const kept = rows.filter(([, ...cells]) => cells.some(cell => cell !== ''))
  if (kept.length === 0) return []
  const columns = [...head.keys()].filter(at => at === 0 || kept.some(row => row[at] !== ''))
  const shown = columns.map(at => [head[at], ...kept.map(row => row[at])])
  const widths = shown.map(cells => Math.max(...cells.map(cell => cell.length)))
  const lines = [head, ...kept].map((_, line) =>
    shown
      .map((cells, at) => (at === 0 ? cells[line].padEnd(widths[at]) : cells[line].padStart(widths[at])))
      .join('   '),
  )
  return [lines[0], '-'.repeat(lines[0].length), ...lines.slice(1), '']
}

const ms = value => (value === null ? '' : value.toFixed(2))
const whole = value => (value === null ? '' : String(Math.round(value)))
const count = value => (value === null ? '' : Math.round(value).toLocaleString('en'))
const kilobytes = value => (value === null ? '' : (value / 1_024).toFixed(1))
const megabytes = value => (value === null ? '' : (value / 1e6).toFixed(1))
const times = (value, by) => (value === null || by === null ? '' : `${(value / by).toFixed(2)} x`)
