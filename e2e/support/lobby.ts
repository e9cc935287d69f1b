/** What hosts of a room say in the lobby where the profile's other tabs look for them. */
import { expect } from '@playwright/test'
import type { Tab } from './tab.ts'

export interface LobbyEar {
  /** Waits for a host to show itself; its name, which is another for each opening of a replica. */
  nextHost(): Promise<string>
  /** Everything said so far is forgotten. */
  forget(): Promise<void>
  /** The names of the hosts that said something since. */
  hosts(): Promise<readonly string[]>
}

export async function listenInLobby({ page }: Tab, room: string): Promise<LobbyEar> {
  const heard = await page.evaluateHandle(name => {
    const hosts: string[] = []
    new BroadcastChannel(name).onmessage = ({ data }: MessageEvent<{ readonly host?: string }>) => {
      if (data.host !== undefined) hosts.push(data.host)
    }
    return hosts
  }, `peerkeeper:${room}:lobby`)
  const hosts = async () => [...new Set(await heard.evaluate(all => all))]
  return {
    nextHost: async () => {
      await expect.poll(async () => (await hosts()).length).toBeGreaterThan(0)
      const [host] = await hosts()
      if (host === undefined) throw new Error('no host')
      return host
    },
    forget: () => heard.evaluate(all => void all.splice(0)),
    hosts,
  }
}
