/**
 * Whether the browser keeps what this origin stores when it runs short of space. Asked of the page: workers may not ask.
 * A browser may ask its user (Firefox), or decide by how the site is used (Chromium), so nothing waits for the answer.
 */

/** What a browser has and others may not. */
const page: { readonly navigator?: { readonly storage?: StorageManager } } = globalThis

/** Resolves with whether storage is kept, once that is known; null where the browser does not say. Never rejects. */
export async function askToPersist(): Promise<boolean | null> {
  const storage: Partial<StorageManager> | undefined = page.navigator?.storage
  if (storage?.persisted === undefined || storage.persist === undefined) return null
  try {
    return (await storage.persisted()) || (await storage.persist())
  } catch {
    return null
  }
}
