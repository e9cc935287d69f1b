/** The entry of a replica's worker that has every engine: wiring only. Those that have one are in `only`. */
import { expose } from 'comlink'
import { engineKind } from '../../logic/consensus/engines.ts'
import { browserParts } from './browser-parts.ts'
import { createService } from './service.ts'

expose(createService(browserParts(engineKind)))
