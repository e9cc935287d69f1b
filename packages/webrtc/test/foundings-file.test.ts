import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Founding } from '../src/server/foundings/book.ts'
import { type FoundingsFile, openFoundingsFile } from '../src/server/foundings/file.ts'
import { encodeFile, encodeWrite } from '../src/server/foundings/file-format.ts'
import { startSignalingServer } from '../src/server/index.ts'
import { createDice } from './random.ts'

let folder: string
let path: string
let opened: FoundingsFile[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'peerkeeper-foundings-'))
  path = join(folder, 'foundings')
})
afterEach(async () => {
  for (const file of opened) await file.close()
  opened = []
  await rm(folder, { recursive: true })
})

async function open() {
  const { file, known } = await openFoundingsFile(path)
  opened.push(file)
  return { file, known }
}

const founding = (room: string, ensemble = 'e'): Founding => ({ room, ensemble })
const rooms = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => founding(`room ${from + index}`))

test('SRV-18 a file holds what was appended, the last word on each room, and is compact after it was opened', async () => {
  const { file } = await open()
  await file.append([founding('one'), founding('\u0000 "two"\n\ud800')])
  await file.append([founding('one', 'f')])
  await file.close()
  const again = await open()
  expect(again.known).toEqual([founding('one', 'f'), founding('\u0000 "two"\n\ud800')])
  expect(await readFile(path, 'utf8')).toBe(encodeFile(again.known))
  await again.file.close()
  expect(await readdir(folder)).toEqual(['foundings'])
  expect((await stat(path)).mode & 0o077).toBe(0)
})

test('SRV-18 a write that was cut short at any byte is left out, and those before it are kept', async () => {
  const before = encodeFile([founding('kept')])
  const torn = encodeWrite([founding('töörn'), founding('too')])
  const bytes = Buffer.from(before + torn)
  for (let length = before.length; length < bytes.length; length += 1) {
    await writeFile(path, bytes.subarray(0, length))
    const { file, known } = await openFoundingsFile(path)
    expect(known, `cut after ${length} bytes`).toEqual([founding('kept')])
    await file.append([founding('next')])
    await file.close()
  }
  expect((await open()).known).toEqual([founding('kept'), founding('next')])
})

describe('SRV-18 a damaged file is refused with its line, left as it is, and its lock is given back', () => {
  const good = encodeFile(rooms(0, 3)) + encodeWrite(rooms(3, 1)) + encodeWrite(rooms(4, 1))
  const cases: readonly (readonly [string, string, number])[] = [
    ['empty', '', 1],
    ['of another kind', '{"hello":"world"}\n', 1],
    ['of a later version', good.replace('foundings 1', 'foundings 2'), 1],
    ['changed in the middle', good.replace('room 3', 'room 9'), 3],
    ['changed in its last whole line', good.replace('room 4', 'room 9'), 4],
    ['an empty line', `${good}\n`, 5],
    ['zeros', `${good}\0\0\0\0\n`, 5],
  ]
  test.each(cases)('%s', async (_, text, line) => {
    await writeFile(path, text)
    await expect(openFoundingsFile(path)).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining(`${path}, line ${line}: `),
    })
    await expect(startSignalingServer({ dataFile: path })).rejects.toMatchObject({ code: 'corrupt' })
    expect(await readFile(path, 'utf8')).toBe(text)
    expect(await readdir(folder)).toEqual(['foundings'])
  })
})

test('SRV-18 one changed byte anywhere in whole lines is never taken for foundings', async () => {
  const text = Buffer.from(encodeFile(rooms(0, 2)) + encodeWrite(rooms(2, 2)))
  const dice = createDice(18)
  for (let round = 0; round < 300; round += 1) {
    const damaged = Buffer.from(text)
    const at = dice.below(text.length - 1)
    damaged[at] = (damaged[at] ?? 0) ^ (1 + dice.below(255))
    await writeFile(path, damaged)
    await expect(openFoundingsFile(path), `byte ${at}`).rejects.toMatchObject({ code: 'corrupt' })
  }
})

test('SRV-19 a file has one process: a second one is refused, a lock left by a dead one is taken over', async () => {
  const { file } = await open()
  await expect(openFoundingsFile(path)).rejects.toMatchObject({
    code: 'locked',
    message: expect.stringContaining(`remove ${path}.lock`),
  })
  await file.close()
  const lock = (owner: unknown) => writeFile(`${path}.lock`, JSON.stringify(owner))
  const dead = { host: hostname(), pid: 2 ** 22 + 1, began: 1 }
  for (const owner of [{ ...dead, host: 'elsewhere' }, { ...dead, pid: process.ppid }, 'garbage']) {
    await lock(owner)
    await expect(openFoundingsFile(path)).rejects.toMatchObject({ code: 'locked' })
  }
  for (const owner of [dead, { ...dead, pid: process.pid }]) {
    await lock(owner)
    await (await openFoundingsFile(path)).file.close()
  }
})

test('SRV-19 a file that another process wrote to or replaced takes no more writes', async () => {
  const { file } = await open()
  await file.append(rooms(0, 1))
  await appendFile(path, encodeWrite(rooms(1, 1)))
  await expect(file.append(rooms(2, 1))).rejects.toMatchObject({ code: 'changed' })
  await rm(`${path}.lock`)
  const { file: second, known } = await open()
  expect(known).toEqual(rooms(0, 2))
  await expect(file.append(rooms(3, 1))).rejects.toMatchObject({ code: 'changed' })
  await second.append(rooms(4, 1))
})

test('SRV-20 a file that has grown long is written anew, and goes on', async () => {
  const { file } = await open()
  expect(file.isLong).toBe(false)
  await file.append(rooms(0, 60_000))
  expect(file.isLong).toBe(true)
  await file.rewrite(rooms(0, 2))
  expect(file.isLong).toBe(false)
  await file.append(rooms(2, 1))
  expect(await readFile(path, 'utf8')).toBe(encodeFile(rooms(0, 2)) + encodeWrite(rooms(2, 1)))
  await file.close()
  expect((await open()).known).toEqual(rooms(0, 3))
})
