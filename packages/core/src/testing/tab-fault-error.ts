/** Why a helper for Playwright did nothing to a tab. */

export type TabFaultErrorCode =
  /** Neither Chromium nor Firefox. */
  | 'Unsupported'
  /** The process of the page is not found: Firefox on another machine, or not on Linux. */
  | 'NotFound'
  /** Firefox would end as a whole, because it was started with MOZ_CRASHREPORTER_SHUTDOWN, as Playwright does it. */
  | 'WholeBrowser'

export class TabFaultError extends Error {
  override readonly name = 'TabFaultError'
  readonly code: TabFaultErrorCode
  constructor(code: TabFaultErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
