import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { FoundingArbiter } from '../../src/host/arbiter.ts'
import { sign, verify } from '../../src/host/identity-key.ts'
import { type EnsembleId, ensembleId } from '../../src/logic/base/ids.ts'
import { claimFolder } from '../../src/node/replica/claim.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'peerkeeper-'))
  folders.push(folder)
  return folder
}

const claim = (folder: string, arbiter?: FoundingArbiter, ensemble: EnsembleId | null = null) =>
  claimFolder({
    folder,
    room: 'room',
    engine: 'multi-paxos',
    ensemble,
    arbiter,
    signal: AbortSignal.timeout(10_000),
  })

/** A register that remembers who was first. */
function register(): FoundingArbiter & { readonly asked: EnsembleId[]; isDeaf: boolean } {
  const asked: EnsembleId[] = []
  let standing: EnsembleId | null = null
  return {
    asked,
    isDeaf: false,
    async found(candidate) {
      asked.push(candidate)
      standing ??= candidate
      if (this.isDeaf) throw new Error('the answer was lost')
      return standing
    },
    replace: () => Promise.reject(new Error('nobody forks')),
  }
}

it('NODE-7 who asks the arbiter and hears nothing asks the same again, as the same node, and founds if it was the one', async () => {
  const folder = newFolder()
  const arbiter = register()
  arbiter.isDeaf = true
  await expect(claim(folder, arbiter)).rejects.toMatchObject({ code: 'ArbiterUnreachable' })
  const before = JSON.parse(readFileSync(join(folder, 'identity.json'), 'utf8'))
  arbiter.isDeaf = false
  const { identity, key, stored, release } = await claim(folder, arbiter)
  expect(arbiter.asked).toEqual([arbiter.asked[0], arbiter.asked[0]])
  expect(identity).toEqual({
    node: before.node,
    ensemble: arbiter.asked[0],
    engine: 'multi-paxos',
    founders: [before.node],
  })
  expect(stored).toBe(false)
  const said = new TextEncoder().encode('said')
  expect(await verify(key.publicKey, said, await sign(key, said))).toBe(true)
  release()

  const second = await claim(newFolder(), arbiter)
  expect(second.identity.ensemble).toBe(identity.ensemble)
  expect(second.identity.founders).toEqual([])
})

it('NODE-7 a member never asks again, and an invitation asks nobody', async () => {
  const folder = newFolder()
  const arbiter = register()
  const first = await claim(folder, arbiter)
  await first.markStored()
  first.release()
  const again = await claim(folder, arbiter)
  expect([again.identity, again.stored, arbiter.asked.length]).toEqual([first.identity, true, 1])
  const invited = await claim(newFolder(), arbiter, ensembleId('invited'))
  expect([invited.identity.ensemble, invited.identity.founders, arbiter.asked.length]).toEqual([
    'invited',
    [],
    1,
  ])
})
