export interface Display {
  /** What `DISPLAY` is to say. */
  readonly name: string
  close(): Promise<void>
}

export interface HeadedBrowser {
  /** Where it is driven, by the protocol of its developer tools. */
  readonly endpoint: string
  /** Ends the browser and deletes its profile. */
  close(): Promise<void>
}

export function openDisplay(program: string): Promise<Display>

export function startHeaded(options: {
  readonly program: string
  readonly args: readonly string[]
  readonly display: Display
}): Promise<HeadedBrowser>
