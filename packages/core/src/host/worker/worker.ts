/** The entry of a replica's worker: wiring only. */
import { expose } from 'comlink'
import { createService } from './service.ts'

expose(createService())
