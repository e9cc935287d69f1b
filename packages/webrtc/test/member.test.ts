import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readArguments, usage } from '../src/node/arguments.ts'
import { type Member, startMember } from '../src/node/index.ts'
import { createSecret } from '../src/page/index.ts'
import type { SignalingServer } from '../src/server/index.ts'
import { program } from './program.ts'
import { atEnd, eventually, start } from './server-client.ts'

const memberProgram = program('../src/node/bin.ts')

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'peerkeeper-member-'))
  atEnd(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

let rooms = 0
const newRoom = () => {
  rooms += 1
  return `room-${rooms}`
}

async function startAt(server: SignalingServer, room: string, folder: string): Promise<Member> {
  const member = await startMember({ url: server.url, room, folder })
  atEnd(() => member.close('stop'))
  return member
}

const bytes = (text: string) => new TextEncoder().encode(text)
const textOf = (data: Uint8Array) => new TextDecoder().decode(data)
const voters = (member: Member) => member.status().membership.voters.length

/** Three members that all vote. */
async function three() {
  const server = await start()
  const [room, folder] = [newRoom(), newFolder()]
  const folders = [1, 2, 3].map(number => join(folder, `${number}`))
  const members: Member[] = []
  for (const each of folders) members.push(await startAt(server, room, each))
  const [a, b, c] = members as [Member, Member, Member]
  await eventually(() => expect(members.map(voters)).toEqual([3, 3, 3]), 30_000)
  return { server, room, folders, members: [a, b, c] as const }
}

test('NODE-1 three members in Node found one ensemble, vote, and hold one tree; all that goes between them goes by the relay', async () => {
  const { members } = await three()
  const [a, b, c] = members
  expect(new Set(members.map(({ ensemble }) => ensemble)).size).toBe(1)
  const one = await a.connect()
  await one.create('/from-a', bytes('hello'))
  const two = await c.connect()
  await two.sync()
  const { data } = await two.get('/from-a')
  expect(textOf(data)).toBe('hello')
  expect([a, b, c].flatMap(member => member.links().map(({ path }) => path))).toEqual(Array(6).fill('relay'))
}, 60_000)

test("NODE-8 members with the room's secret find each other; one with another secret, or none, founds its own and hears nobody", async () => {
  const server = await start()
  const [room, folder, secret] = [newRoom(), newFolder(), createSecret()]
  const startIn = async (name: string, more: { readonly secret?: string }) => {
    const member = await startMember({ url: server.url, room, folder: join(folder, name), ...more })
    atEnd(() => member.close('stop'))
    return member
  }
  const [a, b] = [await startIn('a', { secret }), await startIn('b', { secret })]
  const strangers = [await startIn('c', { secret: createSecret() }), await startIn('d', {})]
  await eventually(() => expect(a.status().connected).toEqual([b.node]))
  expect(b.ensemble).toBe(a.ensemble)
  const keeper = await b.connect()
  await keeper.create('/ours')
  expect(new Set([a, ...strangers].map(({ ensemble }) => ensemble)).size).toBe(3)
  expect(strangers.map(stranger => stranger.status().connected)).toEqual([[], []])
}, 60_000)

test('NODE-9 a member hears of other ensembles in its room, and is not connected with them', async () => {
  const server = await start()
  const [room, folder] = [newRoom(), newFolder()]
  const foreign: string[] = []
  const onForeign = (ensemble: string) => foreign.push(ensemble)
  const a = await startMember({ url: server.url, room, folder: join(folder, 'a'), onForeign })
  atEnd(() => a.close('stop'))
  const b = await startMember({ url: server.url, room, folder: join(folder, 'b'), ensemble: 'another' })
  atEnd(() => b.close('stop'))
  await eventually(() => expect(foreign).toEqual(['another']))
  expect(a.status().connected).toEqual([])
})

test('NODE-2 a member that is killed is done without, and comes back as who it was with all that it promised', async () => {
  const server = await start()
  const [room, folder] = [newRoom(), newFolder()]
  const run = (number: number) =>
    memberProgram.run(['--url', server.url, '--room', room, '--data', join(folder, `${number}`)])
  const here = await startAt(server, room, join(folder, '1'))
  const second = run(2)
  const third = run(3)
  await eventually(() => expect(voters(here)).toBe(3), 30_000)
  const keeper = await here.connect({ timeoutMs: 20_000 })
  await keeper.create('/counter', bytes('0'))
  const who = /^Member (\S+) of ensemble (\S+)$/m.exec(third.printed.out)
  expect(who?.[2]).toBe(here.ensemble)
  const incarnation = () => readFileSync(join(folder, '3', 'identity.json'), 'utf8')
  const before = incarnation()
  let victim = third
  for (let round = 1; round <= 3; round += 1) {
    victim.child.kill('SIGKILL')
    await victim.exited
    for (let write = 0; write < 20; write += 1) await keeper.set('/counter', bytes(`${round}.${write}`))
    victim = run(3)
    const { printed } = victim
    await eventually(() => expect(printed.out).toMatch(/votes, .*quorum of 3 voters/), 30_000)
    expect(printed.out).toContain(`Member ${who?.[1]} of ensemble ${here.ensemble}`)
  }
  expect(incarnation()).toBe(before)
  expect(voters(here)).toBe(3)
  // Now it is needed: the second goes, and the third's vote and tree are what is left beside the first's.
  second.child.kill('SIGKILL')
  await second.exited
  await keeper.set('/counter', bytes('at last'))
  expect(textOf((await keeper.get('/counter')).data)).toBe('at last')
}, 120_000)
test('NODE-3 told to stop a member ends in order and stays a member; with --leave the ensemble takes it out', async () => {
  const server = await start()
  const [room, folder] = [newRoom(), newFolder()]
  const here = await startAt(server, room, join(folder, '1'))
  const run = (number: number, ...more: string[]) =>
    memberProgram.run(['--url', server.url, '--room', room, '--data', join(folder, `${number}`), ...more])
  const [stays, leaves] = [run(2), run(3, '--leave')]
  await eventually(() => expect(voters(here)).toBe(3), 30_000)
  leaves.child.kill('SIGTERM')
  expect(await leaves.exited).toBe(0)
  const members = () => {
    const { voters: voting, observers } = here.status().membership
    return voting.length + observers.length
  }
  await eventually(() => expect(members()).toBe(2))
  stays.child.kill('SIGTERM')
  expect(await stays.exited).toBe(0)
  expect(members()).toBe(2)
}, 60_000)

test("NODE-4 a folder is one member and one process; what is in it is its owner's only", async () => {
  const server = await start()
  const [room, folder] = [newRoom(), newFolder()]
  const own = join(folder, 'own')
  const member = await startAt(server, room, own)
  await expect(startMember({ url: server.url, room, folder: own })).rejects.toMatchObject({
    code: 'OpenFailed',
    reason: 'InUse',
  })
  for (const name of ['identity.json', 'replica']) expect(statSync(join(own, name)).mode & 0o077).toBe(0)
  expect(statSync(own).mode & 0o077).toBe(0)
  await member.close('stop')
  const again = await startAt(server, room, own)
  expect(again.node).toBe(member.node)
  await again.close('stop')
  await expect(
    startMember({ url: server.url, room, folder: own, ensemble: 'another' }),
  ).rejects.toMatchObject({ reason: 'ForeignEnsemble' })
  await expect(startMember({ url: server.url, room, folder: own, engine: 'raft' })).rejects.toMatchObject({
    reason: 'Mismatch',
  })
})

test('NODE-5 a member whose promises or identity are gone or damaged does not start', async () => {
  const server = await start()
  const harms: readonly (readonly [string, (folder: string) => void])[] = [
    ['StorageMissing', folder => rmSync(join(folder, 'replica'))],
    ['StorageCorrupt', folder => writeFileSync(join(folder, 'replica'), '')],
    ['RegistryCorrupt', folder => rmSync(join(folder, 'identity.json'))],
    ['RegistryCorrupt', folder => writeFileSync(join(folder, 'identity.json'), '{}')],
    [
      'RegistryCorrupt',
      folder => {
        const path = join(folder, 'identity.json')
        writeFileSync(path, readFileSync(path, 'utf8').replace(/"node": "./, '"node": "!'))
      },
    ],
  ]
  for (const [reason, harm] of harms) {
    const [room, folder] = [newRoom(), newFolder()]
    const member = await startAt(server, room, folder)
    await member.close('stop')
    harm(folder)
    await expect(startMember({ url: server.url, room, folder })).rejects.toMatchObject({ reason })
  }
})

test('NODE-6 the program says who it is and how it is, also at /health, and refuses arguments it does not know', async () => {
  const server = await start()
  const room = newRoom()
  const args = ['--url', server.url, '--room', room, '--data', newFolder(), '--health', '0']
  const { printed, child, exited } = memberProgram.run(args)
  const health = await eventually(() => {
    const [, at = ''] = /^Health at (\S+)$/m.exec(printed.out) ?? []
    expect(at).not.toBe('')
    return at
  }, 20_000)
  await eventually(async () => expect((await fetch(health)).status).toBe(200))
  expect((await fetch(health.replace('health', 'other'))).status).toBe(404)
  await eventually(() => expect(printed.out).toMatch(/^votes, leader; quorum of 1 voter; connected with 0$/m))
  expect(printed.out).toContain('Signaling is reached')
  child.kill('SIGINT')
  expect(await exited).toBe(0)

  const good = ['--url', 'ws://x', '--room', 'r', '--data', 'd']
  expect(readArguments([...good, '--health', '::1:8080', '--leave', '--engine', 'zab'], {})).toEqual({
    type: 'run',
    options: { url: 'ws://x', room: 'r', folder: 'd', engine: 'zab' },
    health: { host: '::1', port: 8080 },
    leaves: true,
  })
  for (const wrong of [[], good.slice(2), [...good, '--engine', 'x'], [...good, '--health', 'x'], ['--what']])
    expect(readArguments(wrong, {}).type).toBe('mistake')
  expect(readArguments(['-h'], {}).type).toBe('help')
  for (const name of [
    '--url',
    '--room',
    '--data',
    '--ensemble',
    '--engine',
    '--token-file',
    '--secret-file',
    '--health',
    '--leave',
  ])
    expect(usage).toContain(name)
}, 60_000)
