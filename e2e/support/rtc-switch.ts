/** WebRTC that a test switches off and on in a page: while it is off, attempts to connect find no path, as behind a strict firewall. */
import type { BrowserContext, Page } from '@playwright/test'

declare global {
  interface Window {
    rtcSwitch: { isOff: boolean; readonly open: Set<RTCPeerConnection> }
  }
}

/** Before the page's keeper is opened. It is off. */
export const takeRtcAway = (page: Page): Promise<void> => page.evaluate(install)

/** So do all pages that are opened in `context` from now on. */
export const takeRtcAwayIn = (context: BrowserContext): Promise<unknown> => context.addInitScript(install)

function install(): void {
  const Original = window.RTCPeerConnection
  const state = { isOff: true, open: new Set<RTCPeerConnection>() }
  window.rtcSwitch = state
  window.RTCPeerConnection = class extends Original {
    constructor(config?: RTCConfiguration) {
      // With TURN servers alone to go by, and none, there is no address to offer.
      super(state.isOff ? { ...config, iceTransportPolicy: 'relay' } : config)
      state.open.add(this)
    }
  }
}

/** From now on connections find their paths, or do not. */
export const switchRtc = (page: Page, to: 'on' | 'off'): Promise<void> =>
  page.evaluate(isOff => {
    window.rtcSwitch.isOff = isOff
    if (!isOff) return
    for (const connection of window.rtcSwitch.open) connection.close()
    window.rtcSwitch.open.clear()
  }, to === 'off')

/** Which way the frames of each link of this page go. */
export const pathsOf = (page: Page): Promise<readonly (string | undefined)[]> =>
  page.evaluate(() => (window.lab.transport?.links() ?? []).map(({ path }) => path))
