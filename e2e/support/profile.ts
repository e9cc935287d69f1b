/** A browser profile in a real folder: what its tabs store is on disk, and is there when the browser is started again. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext } from '@playwright/test'
import { type BrowserName, launchProfile } from './browsers.ts'

export interface StoredProfile {
  /** Starts the browser. One at a time. */
  start(): Promise<BrowserContext>
  /** Closes the browser. */
  stop(): Promise<void>
  /** Closes the browser and deletes the folder. */
  delete(): Promise<void>
}

export async function createProfile(browser: BrowserName): Promise<StoredProfile> {
  const folder = await mkdtemp(join(tmpdir(), 'peerkeeper-profile-'))
  let running: BrowserContext | null = null
  const stop = async () => {
    await running?.close()
    running = null
  }
  return {
    async start() {
      running = await launchProfile(browser, folder)
      return running
    },
    stop,
    async delete() {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
