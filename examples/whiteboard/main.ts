/**
 * A whiteboard that tabs share: who is here, what was drawn, and one of them, whoever it is, that saves to the server. When that one
 * is closed, killed or frozen the next one saves.
 */
import { connect, isKeeperError } from '@peerkeeper/core'
import { type Grant, Group, lead, subtreeCache } from '@peerkeeper/core/recipes'
import { element, textOf } from '../page.ts'

const keeper = await connect({ room: 'whiteboard', sessionTimeoutMs: 5_000 })

// Who is here.
const here = new Group(keeper, '/here')
const input = element<HTMLInputElement>('name')
input.value = `visitor ${keeper.session}`
const me = await here.join(input.value)
input.oninput = () => me.update(input.value)
async function showWhoIsHere(): Promise<void> {
  for await (const members of here.follow())
    element('here').textContent = members
      .map(({ data }) => textOf(data))
      .sort()
      .join(', ')
}

// What was drawn: each dot a znode, in the order in which they were drawn.
await keeper.create('/board').catch(error => {
  if (!isKeeperError(error, 'NodeExists')) throw error
})
const board = await subtreeCache(keeper, '/board')
const svg = element<SVGSVGElement>('board')
svg.onclick = ({ offsetX, offsetY }) =>
  keeper.create('/board/dot-', `${offsetX},${offsetY}`, { mode: 'persistentSequential' })
const dots = () => [...board.view.znodes.values()].filter(({ path }) => path !== '/board')
function draw(): void {
  svg.replaceChildren(
    ...dots().map(({ data }) => {
      const circle = document.createElementNS('http://www.w3.org/2000/svg', 'circle')
      const [x = '', y = ''] = textOf(data).split(',')
      for (const [key, value] of Object.entries({ cx: x, cy: y, r: '5' })) circle.setAttribute(key, value)
      return circle
    }),
  )
}

/** Saves at each change for as long as it leads. */
async function save({ signal, token }: Grant): Promise<void> {
  element('saver').textContent = 'this tab saves'
  while (!signal.aborted && saveToServer(dots().length, token)) await changed(signal)
  element('saver').textContent = 'another tab saves'
}

/** Stands for a server. It refuses a smaller token than it has seen: who slept does not know that another saves now. */
function saveToServer(count: number, token: number): boolean {
  if (token < Number(localStorage.getItem('token') ?? 0)) return false
  localStorage.setItem('token', String(token))
  localStorage.setItem('dots', String(count))
  return true
}

const changed = (signal: AbortSignal) =>
  new Promise<void>(resolve => {
    board.addEventListener('change', () => resolve(), { once: true, signal })
    signal.addEventListener('abort', () => resolve(), { once: true })
  })

board.addEventListener('change', draw)
draw()
document.body.className = 'open'
const tell = (error: Error) => document.body.append(`${error.message}: reload this page`)
showWhoIsHere().catch(tell)
lead(keeper, '/saver', save, { requeue: true }).catch(tell)
