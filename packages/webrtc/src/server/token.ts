/** The one token that lets clients use the server. Compared in a time that says nothing of how much of a guess was right. */
import { createHash, timingSafeEqual } from 'node:crypto'

/** A check of what clients send: with no `token` everybody may come. */
export function createTokenCheck(token: string | undefined): (sent: string | undefined) => boolean {
  if (token === undefined) return () => true
  const wanted = digest(token)
  return sent => sent !== undefined && timingSafeEqual(digest(sent), wanted)
}

/** Digests are of one length, as the comparison needs them. */
const digest = (text: string) => createHash('sha256').update(text).digest()
