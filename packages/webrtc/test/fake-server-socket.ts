/** One end of a WebSocket as the server has it, in a test's hands. */
import { EventEmitter } from 'node:events'

export class FakeServerSocket extends EventEmitter {
  readonly OPEN = 1
  readyState = 1
  code = 0
  readonly sent: string[] = []
  readonly waiting: (() => void)[] = []

  send(text: string, done: () => void): void {
    this.sent.push(text)
    this.waiting.push(done)
  }
  /** Pings of the server's that came. */
  pings = 0

  ping(): void {
    this.pings += 1
  }
  pong(): void {}
  pause(): void {}
  resume(): void {}
  close(code: number): void {
    this.code = code
    this.readyState = 2
  }
  terminate(): void {
    this.readyState = 3
  }
  end(): void {
    this.readyState = 3
    this.emit('close')
  }
}
