/**
 * A page for React: a document of happy-dom's, and nothing else of a browser, so that keepers live on Node's own events and
 * signals. Renders in the task in which it is asked to, as React does with what a store tells.
 */
import { Window } from 'happy-dom'
import type { ReactNode } from 'react'

const window = new Window()
const { document, navigator } = window
for (const [name, value] of Object.entries({ window, document, navigator }))
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
// These look at what is global when they are loaded.
const { flushSync } = await import('react-dom')
const { createRoot, hydrateRoot } = await import('react-dom/client')

export interface Page {
  render(element: ReactNode): void
  readonly text: string
  unmount(): void
}

export const newContainer = (html = ''): HTMLElement => {
  const container = globalThis.document.createElement('div')
  container.innerHTML = html
  return container
}

export function open(element: ReactNode): Page {
  const container = newContainer()
  const root = createRoot(container)
  const page: Page = {
    render: next => flushSync(() => root.render(next)),
    get text() {
      return container.textContent ?? ''
    },
    unmount: () => flushSync(() => root.unmount()),
  }
  page.render(element)
  return page
}

/** As a browser goes on with what a server rendered. Resolves when React has taken it over; rejects where it does not fit. */
export async function hydrate(
  container: HTMLElement,
  element: ReactNode,
  whenDone: Promise<void>,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    hydrateRoot(container, element, { onRecoverableError: reject })
    whenDone.then(resolve, reject)
  })
}
