/** What the page's own server says of itself: whether it also does signaling, and under which addresses others reach it. */

export interface OwnServer {
  /** WebSocket address of its signaling, absolute. */
  readonly signal: string
  /** Addresses of this page for other devices; empty where only this machine is served. */
  readonly pages: readonly string[]
}

const answerTimeoutMs = 2_000

/** Null on a server that only serves files. Never rejects. */
export async function askOwnServer(page: Location): Promise<OwnServer | null> {
  try {
    const url = new URL('signal.json', page.href)
    const response = await fetch(url, { signal: AbortSignal.timeout(answerTimeoutMs), cache: 'no-store' })
    return response.ok ? parseOwnServer(await response.json(), page.href) : null
  } catch {
    return null
  }
}

/** Reads `{ signal, pages }`; `signal` may be relative to `page`. */
export function parseOwnServer(value: unknown, page: string): OwnServer | null {
  if (typeof value !== 'object' || value === null) return null
  const { signal, pages } = value as { readonly signal?: unknown; readonly pages?: unknown }
  if (typeof signal !== 'string' || !URL.canParse(signal, page)) return null
  const url = new URL(signal, page)
  url.protocol = url.protocol.replace(/^http/, 'ws')
  url.hash = ''
  const isText = (each: unknown): each is string => typeof each === 'string'
  return { signal: url.href, pages: Array.isArray(pages) ? pages.filter(isText) : [] }
}
