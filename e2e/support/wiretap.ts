/** A way to a server that writes down all that the server says to its clients, as it goes over the line. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface Wiretap {
  /** `ws://...`, in place of the server's. */
  readonly url: string
  /** Whether these letters went over the line to any client; WebSockets mask only what clients say. */
  heard(text: string): boolean
  /** How many bytes went over it. */
  readonly bytes: number
  close(): Promise<void>
}

export async function tapWire(port: number): Promise<Wiretap> {
  const chunks: Buffer[] = []
  const sockets = new Set<Socket>()
  const server = createServer(client => {
    const upstream = connect(port, '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.pipe(upstream)
    upstream.pipe(client)
    upstream.on('data', (chunk: Buffer) => chunks.push(chunk))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address !== 'object') throw new Error('it does not listen')
  return {
    url: `ws://127.0.0.1:${address.port}`,
    heard: text => Buffer.concat(chunks).includes(text),
    get bytes() {
      return chunks.reduce((sum, { length }) => sum + length, 0)
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
