import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, expectTypeOf, test } from 'vitest'
import { json, text } from '../../src/client/codec.ts'
import { isKeeperError } from '../../src/client/error.ts'
import type { Created, KeeperError, Stat, WatchEvent, Watcher, Znode } from '../../src/client/index.ts'
import { openKeeper } from './open-keeper.ts'

interface Seat {
  readonly by: string
}

const refused = new Error('a seat says by whom it is taken')
const seat = json((value: unknown): Seat => {
  if (typeof value === 'object' && value !== null && 'by' in value && typeof value.by === 'string')
    return { by: value.by }
  throw refused
})

let close: () => Promise<void> = async () => undefined
afterEach(() => close())

async function open() {
  const opened = await openKeeper()
  close = opened.close
  return { ...opened, seats: opened.keeper.with(seat) }
}

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const failure = (error: unknown) => {
  if (isKeeperError(error)) return error
  throw error
}

describe('a keeper with values', () => {
  test('API-2 creates, gets and sets values on the keeper’s own session', async () => {
    const { keeper, seats } = await open()
    const { stat } = await seats.create('/a', { by: 'Ada' }, { mode: 'ephemeral' })
    expect(stat.ephemeralOwner).toBe(keeper.session)
    const read = await seats.get('/a', { consistency: 'linearizable' })
    expect(read.data).toEqual({ by: 'Ada' })
    expectTypeOf(read).toEqualTypeOf<Znode<Seat>>()
    await seats.set('/a', { by: 'Bob' }, { version: read.stat.version })
    await expect(seats.set('/a', { by: 'Eve' }, { version: read.stat.version })).rejects.toMatchObject({
      code: 'BadVersion',
    })
    expect((await keeper.with(text).get('/a')).data).toBe('{"by":"Bob"}')
    // @ts-expect-error a seat is no text
    await expect(seats.set('/a', 'Bob')).resolves.toMatchObject({ version: 2 })
  })

  test('API-2 reads and writes values in transactions', async () => {
    const { seats } = await open()
    const written = await seats.multi([
      { type: 'create', path: '/row' },
      { type: 'create', path: '/row/1', data: { by: 'Ada' } },
      { type: 'set', path: '/row/1', data: { by: 'Bob' } },
      { type: 'check', path: '/row/1', version: 1 },
    ])
    expectTypeOf(written).toEqualTypeOf<readonly [Created, Created, Stat, undefined]>()
    expect(written[2].version).toBe(1)
    const [row, one, none] = await seats.multiRead([
      { type: 'children', path: '/row' },
      { type: 'get', path: '/row/1' },
      { type: 'get', path: '/row/2' },
    ])
    expect(row.ok && row.value.children).toEqual(['1'])
    expect(one.ok && one.value.data).toEqual({ by: 'Bob' })
    if (one.ok) expectTypeOf(one.value).toEqualTypeOf<Znode<Seat>>()
    expect(!none.ok && none.error.code).toBe('NoNode')
    // @ts-expect-error a seat is no number
    await seats.multi([{ type: 'set', path: '/row/1', data: 7 }])
  })

  test('API-3 data that are no value name their path, and why', async () => {
    const { keeper, seats } = await open()
    await keeper.create('/a', '{"by":7}')
    await seats.create('/b', { by: 'Bob' })
    const error = failure(await seats.get('/a').catch(error => error))
    expect(error).toMatchObject({ code: 'DecodeFailed', path: '/a', cause: refused })
    expect(error.message).toContain('/a')
    const [a, b] = await seats.multiRead([
      { type: 'get', path: '/a' },
      { type: 'get', path: '/b' },
    ])
    expect(!a.ok && a.error).toMatchObject({ code: 'DecodeFailed', path: '/a' })
    expect(b.ok && b.value.data).toEqual({ by: 'Bob' })
  })

  test('API-3 what cannot be written does not go out', async () => {
    const { keeper } = await open()
    const any = keeper.with(json<unknown>())
    const wrong = 1n
    for (const call of [
      any.create('/a', wrong),
      any.set('/a', wrong),
      any.multi([
        { type: 'create', path: '/b' },
        { type: 'create', path: '/a', data: wrong },
      ]),
    ])
      await expect(call).rejects.toMatchObject({ code: 'BadArguments', path: '/a' })
    expect((await keeper.children('/')).children).toEqual(['zookeeper'])
  })

  test('API-4 a watch has the type of its values', async () => {
    const { seats } = await open()
    const watcher = await seats.watch('/1')
    expectTypeOf(watcher.next).returns.resolves.toEqualTypeOf<IteratorResult<WatchEvent<Seat>, void>>()
    const { stat } = await seats.create('/1', { by: 'Ada' })
    expect((await watcher.next()).value).toMatchObject({ type: 'NodeCreated', zxid: stat.czxid })
    watcher.close()
  })
})

describe('errors', () => {
  test('API-5 are told from others, by code', async () => {
    const { keeper } = await open()
    const error: unknown = await keeper.get('/nowhere').catch(error => error)
    expect(isKeeperError(error)).toBe(true)
    expect(isKeeperError(error, 'NoNode')).toBe(true)
    expect(isKeeperError(error, 'NodeExists', 'NoNode')).toBe(true)
    expect(isKeeperError(error, 'NodeExists')).toBe(false)
    for (const other of [
      null,
      undefined,
      'NoNode',
      new Error('NoNode'),
      { name: 'KeeperError', code: 'NoNode' },
    ])
      expect(isKeeperError(other)).toBe(false)
    const ofAnotherCopy = Object.assign(new Error('gone'), {
      name: 'KeeperError',
      code: 'NoNode',
      path: '/x',
    })
    expect(isKeeperError(ofAnotherCopy, 'NoNode')).toBe(true)
    if (isKeeperError(error, 'NoNode', 'NoAuth')) {
      expectTypeOf(error).toEqualTypeOf<KeeperError<'NoNode' | 'NoAuth'>>()
      expectTypeOf(error.code).toEqualTypeOf<'NoNode' | 'NoAuth'>()
    }
    // @ts-expect-error there is no such code
    expect(isKeeperError(error, 'NoNde')).toBe(false)
  })
})

describe('handles', () => {
  test('API-6 a block closes its watcher and its keeper, however it is left', async () => {
    const { keeper } = await open()
    const watchers: Watcher[] = []
    for (const leave of [() => undefined, () => Promise.reject(new Error('left'))]) {
      const work = async () => {
        using closed = await keeper.watch('/')
        await using closedToo = await keeper.watch('/')
        watchers.push(closed, closedToo)
        await leave()
      }
      await work().catch((error: Error) => expect(error.message).toBe('left'))
    }
    expect(watchers.length).toBe(4)
    for (const watcher of watchers) expect(await watcher.next()).toEqual({ done: true, value: undefined })
    {
      await using one = keeper
      await one.exists('/')
    }
    await expect(keeper.get('/', { timeoutMs: 50 })).rejects.toThrow()
  })

  test('API-7 events are typed, and heard by addEventListener', async () => {
    const { keeper } = await open()
    const heard: unknown[] = []
    const listener = ({ detail }: CustomEvent<string>) => heard.push(detail)
    keeper.addEventListener('state', event => {
      expectTypeOf(event.detail).toEqualTypeOf<typeof keeper.state>()
      heard.push(event.detail)
    })
    keeper.addEventListener('state', listener)
    keeper.enter('connected')
    keeper.removeEventListener('state', listener)
    keeper.enter('suspended')
    expect(heard).toEqual(['connected', 'connected', 'suspended'])
    keeper.addEventListener('missing', ({ detail }) => heard.push(...detail.voters))
    // @ts-expect-error a state is no number
    keeper.addEventListener('state', (event: CustomEvent<number>) => event.detail)
  })

  test('API-7 a listener hears nothing after its signal, however many have one, and whatever was collected meanwhile', async () => {
    const { keeper } = await open()
    const over = new AbortController()
    const heard: string[] = []
    keeper.on('state', state => heard.push(state), over)
    keeper.on('missing', () => undefined, over)
    keeper.enter('connected')
    // What Node keeps weakly is collected only after the task in which it was made.
    await new Promise(resolve => setImmediate(resolve))
    collectGarbage()
    await new Promise(resolve => setImmediate(resolve))
    over.abort()
    keeper.enter('suspended')
    expect(heard).toEqual(['connected'])
  })

  test('API-8 a signal gives up what waits, and says why', async () => {
    const { keeper, seats, link } = await open()
    const reason = new Error('the user left')
    const aborted = AbortSignal.abort(reason)
    const calls = [
      keeper.get('/', { signal: aborted }),
      keeper.create('/a', '', { signal: aborted }),
      keeper.multi([{ type: 'create', path: '/a' }], { signal: aborted }),
      keeper.watch('/', { signal: aborted }),
      keeper.sync({ signal: aborted }),
      link.ask({ type: 'status' }, { signal: aborted }),
      seats.get('/', { signal: aborted }),
      seats.watch('/', { signal: aborted }),
    ]
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'Aborted', cause: reason })
  })
})
