// Serves the built page on a free port of this machine.
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { onStop } from './stop.mjs'

const contentTypes = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript' }

/** Isolated pages have a clock of 5 microseconds; others one of 100. */
const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}

/** @param {string} folder @returns {Promise<string>} its address */
export async function serve(folder) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const path = normalize(pathname.endsWith('/') ? `${pathname}index.html` : pathname)
    readFile(join(folder, path)).then(
      bytes => {
        const contentType = contentTypes[extname(path)] ?? 'application/octet-stream'
        response.writeHead(200, { ...isolation, 'content-type': contentType }).end(bytes)
      },
      () => response.writeHead(404).end(),
    )
  })
  onStop('the site', () => {
    server.close()
    server.closeAllConnections()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${server.address().port}/`
}
