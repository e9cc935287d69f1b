import { afterEach, describe, expect, test } from 'vitest'
import { Seat } from '../../src/client/seat.ts'
import { keepLobby, lobbyName, parseLobbyMessage } from '../../src/host/worker/lobby.ts'
import type { OpenError, Opening, StreamPort } from '../../src/host/worker/protocol.ts'
import { ensembleId, incarnation, nodeId, sessionId } from '../../src/logic/base/ids.ts'
import type { EngineName } from '../../src/logic/consensus/engine.ts'
import { FakeLocks } from '../host/fake-locks.ts'
import { until } from '../integration/ensemble.ts'

const pace = { hereMs: 20, knockMs: 10 }

interface Tab {
  readonly name: string
  readonly seat: Seat
  /** Where it has a seat: the number of the hosting, 0 before the first. */
  at(): number
  /** What it says at its seat, and whether its host has heard it. */
  say(text: string): Promise<void>
  readonly refusals: OpenError[]
  readonly departed: number[]
  /** It is not sure of its place any more, and does not find out: it keeps its locks, and must say nothing as a host. */
  freeze(): void
  ended(): boolean
}

let close: (() => void)[] = []
let rooms = 0
afterEach(() => {
  for (const each of close) each()
  close = []
})

/** The tabs of one profile. */
function profile() {
  const room = `seats-${process.pid}-${++rooms}`
  const locks = new FakeLocks()
  let hostings = 0
  const heard: string[] = []
  const open = (name: string, engine: EngineName = 'multi-paxos'): Tab => {
    let at = 0
    let port: StreamPort | null = null
    let isEnded = false
    let stopLobby: () => void = () => undefined
    let isFrozen = false
    const refusals: OpenError[] = []
    const departed: number[] = []
    const seat = new Seat({
      room,
      engine,
      ensemble: null,
      locks: locks.manager,
      pace,
      host: async end => {
        const opening: Opening = {
          node: nodeId('n'),
          ensemble: ensembleId('e'),
          engine,
          incarnation: incarnation(++hostings),
          lock: 'alive',
        }
        const serve = (channel: StreamPort, number: number) => {
          channel.onmessage = ({ data }: MessageEvent<unknown>) => {
            heard.push(`${number}: ${data}`)
            channel.postMessage('heard')
          }
        }
        const number = hostings
        const whenSure = (action: () => void) => {
          if (!isFrozen) action()
        }
        stopLobby = keepLobby({ room, opening, serve: channel => serve(channel, number), whenSure, pace })

        const { port1, port2 } = new MessageChannel()
        serve(port2, number)
        end.addEventListener('abort', () => {
          isEnded = true
          stopLobby()
        })
        return { opening, port: port1 }
      },
      seated: (opening, given) => {
        at = opening.incarnation
        port = given
      },
      failed: error => expect.fail(String(error)),
      refused: error => refusals.push(error),
      mayPass: () => false,
      departed: session => departed.push(session),
    })
    close.push(
      () => seat.close(),
      () => stopLobby(),
    )
    return {
      name,
      seat,
      at: () => at,
      refusals,
      departed,
      ended: () => isEnded,
      freeze: () => {
        isFrozen = true
      },
      say: async text => {
        port?.postMessage(text)
        await until(`${text} is heard`, () => heard.includes(`${at}: ${text}`))
      },
    }
  }
  return { open, room }
}

describe('seats at the replica of a profile', () => {
  test('SEAT-1 the first tab hosts, the others have a seat at it', async () => {
    const { open } = profile()
    const tabs = [open('a'), open('b'), open('c')]
    await until('all have a seat', () => tabs.every(tab => tab.at() === 1))
    expect(tabs.map(({ seat }) => seat.isHost)).toEqual([true, false, false])
    for (const tab of tabs) await tab.say(`from ${tab.name}`)
  })

  test('SEAT-2 when the host goes another tab hosts, and everybody has a seat at it, time after time', async () => {
    const { open } = profile()
    let tabs = ['a', 'b', 'c', 'd'].map(name => open(name))
    for (let hosting = 1; tabs.length > 0; hosting++) {
      await until(`all sit at hosting ${hosting}`, () => tabs.every(tab => tab.at() === hosting))
      const hosts = tabs.filter(({ seat }) => seat.isHost)
      expect(hosts.length).toBe(1)
      for (const tab of tabs) await tab.say(`from ${tab.name} at ${hosting}`)
      hosts[0]?.seat.close()
      tabs = tabs.filter(({ seat }) => !seat.isHost)
    }
  })

  test('SEAT-7 when the page that hosts goes away those that stay hear which session goes with it', async () => {
    const { open } = profile()
    const [host, b, c] = [open('a'), open('b'), open('c')]
    await until('all have a seat', () => [host, b, c].every(tab => tab.at() === 1))
    b.seat.farewell(sessionId(8))
    host.seat.farewell(sessionId(7))
    host.seat.close()
    await until('another hosts', () => b.at() === 2 && c.at() === 2)
    await until('both heard it', () => b.departed.length > 0 && c.departed.length > 0)
    expect([host, b, c].map(({ departed }) => departed)).toEqual([[], [7], [7]])
  })

  test('SEAT-3 a host that is frozen loses its lock to one other tab, ends when it hears so, and sits there', async () => {
    const { open } = profile()
    const tabs = [open('a'), open('b'), open('c')]
    await until('all have a seat', () => tabs.every(tab => tab.at() === 1))
    tabs[0]?.freeze()
    await until('another hosts, and all sit there', () => tabs.every(tab => tab.at() === 2))
    expect(tabs[0]?.ended()).toBe(true)
    expect(tabs.filter(({ seat }) => seat.isHost).length).toBe(1)
    expect(tabs[0]?.seat.isHost).toBe(false)
    for (const tab of tabs) await tab.say(`from ${tab.name}`)
  })

  test('SEAT-5 garbage in the lobby is ignored', async () => {
    const opening = { node: 'n', ensemble: 'e', engine: 'raft', incarnation: 1, lock: 'l' }
    const good: object[] = [
      { type: 'knock', seat: 's', engine: 'raft', ensemble: null },
      { type: 'welcome', seat: 's', host: 'h', opening },
      { type: 'refused', seat: 's', error: { code: 'Mismatch', message: 'no' } },
      { type: 'here', host: 'h' },
      { type: 'farewell', session: 3 },
    ]
    for (const message of good) {
      expect(parseLobbyMessage(message)).toEqual(message)
      for (const field of Object.keys(message))
        for (const wrong of [undefined, -7, {}, [], 'not an id!'])
          expect(parseLobbyMessage({ ...message, [field]: wrong })).toBe(null)
    }
    for (const field of Object.keys(opening))
      expect(parseLobbyMessage({ ...good[1], opening: { ...opening, [field]: null } })).toBe(null)
    for (const value of [null, undefined, 'here', 7, []]) expect(parseLobbyMessage(value)).toBe(null)

    const { open, room } = profile()
    const a = open('a')
    await until('it hosts', () => a.at() === 1)
    const lobby = new BroadcastChannel(lobbyName(room))
    close.push(() => lobby.close())
    for (const value of [null, 'here', { type: 'knock' }, { type: 'welcome', seat: 's' }])
      lobby.postMessage(value)
    const b = open('b')
    await until('it has a seat', () => b.at() === 1)
  })

  test('SEAT-6 a tab that hears of the end of its seat while it begins to host goes on hosting', async () => {
    const room = `seats-${process.pid}-${++rooms}`
    const opening: Opening = {
      node: nodeId('n'),
      ensemble: ensembleId('e'),
      engine: 'raft',
      incarnation: incarnation(1),
      lock: 'alive',
    }
    let isEnded = false
    let hostings = 0
    let seatedAt = 0
    const seat: Seat = new Seat({
      room,
      engine: 'raft',
      ensemble: null,
      locks: new FakeLocks().manager,
      pace,
      host: async end => {
        hostings++
        end.addEventListener('abort', () => {
          isEnded = true
        })
        // The last words of the host that it had a seat at come now.
        if (hostings === 1) seat.lost()
        return { opening, port: new MessageChannel().port1 }
      },
      seated: () => {
        seatedAt = hostings
      },
      failed: error => expect.fail(String(error)),
      mayPass: () => false,
      departed: () => undefined,
      refused: ({ message }) => expect.fail(message),
    })
    close.push(() => seat.close())
    await until('it hosts', () => seatedAt > 0)
    expect([seatedAt, seat.isHost, isEnded]).toEqual([1, true, false])
    seat.lost()
    await until('its own replica was lost, and it hosts again', () => seatedAt > 1)
    expect([hostings, isEnded]).toEqual([2, true])
  })

  test.each([
    ['passes', 3, 'hosts'],
    ['does not pass', 100, 'has failed'],
  ])(
    'SEAT-8 where the replica cannot be started for a reason that %s it is tried again',
    async (_, failing, end) => {
      const opening: Opening = {
        node: nodeId('n'),
        ensemble: ensembleId('e'),
        engine: 'raft',
        incarnation: incarnation(1),
        lock: 'alive',
      }
      let attempts = 0
      let came = ''
      const seat = new Seat({
        room: `seats-${process.pid}-${++rooms}`,
        engine: 'raft',
        ensemble: null,
        locks: new FakeLocks().manager,
        pace,
        host: async () => {
          if (++attempts <= failing) throw new Error('busy')
          return { opening, port: new MessageChannel().port1 }
        },
        seated: () => {
          came = 'hosts'
        },
        mayPass: error => error instanceof Error && error.message === 'busy',
        failed: () => {
          came = 'has failed'
        },
        departed: () => undefined,
        refused: ({ message }) => expect.fail(message),
      })
      close.push(() => seat.close())
      await until('it came to an end', () => came !== '')
      expect([came, attempts]).toEqual([end, Math.min(failing + 1, 6)])
    },
  )

  test('SEAT-4 a tab that wants another engine is told so, and the others go on', async () => {
    const { open } = profile()
    const a = open('a')
    await until('it hosts', () => a.at() === 1)
    const b = open('b', 'raft')
    await until('it is refused', () => b.refusals.length > 0)
    expect(b.refusals[0]).toMatchObject({ code: 'Mismatch' })
    expect(b.at()).toBe(0)
    await a.say('still here')
  })
})
