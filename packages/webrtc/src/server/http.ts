/** What the server says to those who are no WebSocket: whether it serves, and its figures. */
import type { RequestListener } from 'node:http'

export interface Status {
  /** Why it does not serve as it should; undefined when it does. */
  trouble(): string | undefined
  metrics(): string
}

/** Answers `GET /health` (200, or 503 with the trouble), `GET /metrics` and, to everything else, 426: speak WebSocket. */
export function createListener(status: Status): RequestListener {
  return (request, response) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    const path = isRead ? request.url?.split('?')[0] : undefined
    const say = (code: number, text: string, type = 'text/plain; charset=utf-8') =>
      response
        .writeHead(code, { 'content-type': type, 'cache-control': 'no-store', connection: 'close' })
        .end(request.method === 'HEAD' ? undefined : text)
    switch (path) {
      case '/health': {
        const trouble = status.trouble()
        return void (trouble === undefined ? say(200, 'ok\n') : say(503, `${trouble}\n`))
      }
      case '/metrics':
        return void say(200, status.metrics(), 'text/plain; version=0.0.4; charset=utf-8')
      default:
        return void response.writeHead(426, { connection: 'close', upgrade: 'websocket' }).end()
    }
  }
}
