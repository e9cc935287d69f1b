/** The entry of a replica's worker that has the engine raft alone. */
import { raft } from '../../../logic/consensus/raft/raft.ts'
import { serve } from './serve.ts'

serve(raft)
