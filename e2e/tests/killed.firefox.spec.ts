/**
 * The leader's browser is killed by the operating system: no event, no goodbye. A whole browser, because tabs of one site
 * share a process in Firefox.
 */
import { firefox } from '@playwright/test'
import { launchOptions } from '../support/browsers.ts'
import { sessionTimeoutMs, surviveLeader } from '../support/leader-death.ts'
import { killBrowser } from '../support/processes.ts'
import { test } from '../support/test.ts'

test("E2E-12 when the leader's browser is killed, another browser goes on and nothing acknowledged is lost", async ({
  open,
  signaling: { url: signaling },
}) => {
  const server = await firefox.launchServer(launchOptions('firefox'))
  const doomed = await firefox.connect(server.wsEndpoint())
  const a = await open({ context: await doomed.newContext(), signaling, sessionTimeoutMs })
  const joining = { signaling, ensemble: a.ensemble }
  const [b, c] = [await open(joining), await open(joining)] as const
  const ms = await surviveLeader([a, b, c], () => killBrowser(doomed, server.process()))
  console.log(`kill to next commit: ${ms} ms (Firefox, the whole browser, followers in another)`)
})
