/** The entry of a replica's worker that has the engine zab alone. */
import { zab } from '../../../logic/consensus/zab/zab.ts'
import { serve } from './serve.ts'

serve(zab)
