/** A browser's WebSocket, as far as signaling uses it, in a test's hands. */
export class FakeSocket {
  readyState = 0
  readonly said: unknown[] = []
  onopen: (() => void) | null = null
  onmessage: ((event: { readonly data: unknown }) => void) | null = null
  onerror: (() => void) | null = null
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null = null

  send(text: string): void {
    this.said.push(JSON.parse(text))
  }

  close(): void {
    this.readyState = 3
  }

  /** The server accepts and welcomes. */
  accept(): void {
    this.readyState = 1
    this.onopen?.()
    this.hear({ type: 'welcome', members: [] })
  }

  hear(message: unknown): void {
    this.onmessage?.({ data: typeof message === 'string' ? message : JSON.stringify(message) })
  }

  lose(code = 1006): void {
    this.readyState = 3
    this.onclose?.({ code, reason: '' })
  }
}
