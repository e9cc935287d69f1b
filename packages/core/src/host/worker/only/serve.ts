/** The wiring of a worker that has one engine: what a page downloads where its app does not ask for another. */
import { expose } from 'comlink'
import type { AnyEngineKind, EngineKind } from '../../../logic/consensus/engine.ts'
import { browserParts } from '../browser-parts.ts'
import { createService } from '../service.ts'

/** Serves replicas that run on `engine`. */
export function serve<Message>(engine: EngineKind<Message>): void {
  // Its messages are parsed by its own parser, so hiding their type loses nothing.
  const kind = engine as unknown as AnyEngineKind
  expose(createService(browserParts(name => (name === kind.name ? kind : null))))
}
