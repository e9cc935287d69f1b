// What runs beside the browser of a host, inside its network namespace: serves the lab page on localhost, which makes it a
// secure context, and lets the tests, which run outside, reach a port of the host's localhost over a socket in the file system.
//     node agent.mjs FOLDER PORT SOCKET      prints "ready"
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect, createServer as createSocketServer } from 'node:net'
import { extname, join, normalize } from 'node:path'

const [folder, port, socketPath] = process.argv.slice(2)
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript' }

const site = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost')
  const path = normalize(pathname.endsWith('/') ? `${pathname}index.html` : pathname)
  try {
    const bytes = await readFile(join(folder, path))
    response.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream')
    response.end(bytes)
  } catch {
    response.writeHead(404).end()
  }
})

/** The first line that comes names the port; all else goes there and back. */
const door = createSocketServer(outside => {
  outside.on('error', () => {})
  outside.once('data', first => {
    const end = first.indexOf(10)
    const inside = connect(Number(first.subarray(0, end).toString()), '127.0.0.1')
    inside.on('error', () => outside.destroy())
    inside.on('close', () => outside.destroy())
    outside.on('close', () => inside.destroy())
    inside.write(first.subarray(end + 1))
    outside.pipe(inside).pipe(outside)
  })
})

site.listen(Number(port), '127.0.0.1', () => door.listen(socketPath, () => console.log('ready')))
// Whoever started it holds its standard input; it ends when they do.
process.stdin.on('end', () => process.exit(0)).resume()
