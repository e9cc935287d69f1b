/** What of a page an example shows itself in. */

/** The element with this id. Throws where the page has none. */
export function element<E extends Element = HTMLElement>(id: string): E {
  const found = document.querySelector<E>(`#${id}`)
  if (found === null) throw new Error(`the page has no #${id}`)
  return found
}

/** Shows a list, one line each. */
export function showLines(id: string, lines: readonly string[]): void {
  element(id).replaceChildren(
    ...lines.map(line => Object.assign(document.createElement('li'), { textContent: line })),
  )
}

/** The text that somebody stored. */
export const textOf = (data: Uint8Array): string => new TextDecoder().decode(data)
