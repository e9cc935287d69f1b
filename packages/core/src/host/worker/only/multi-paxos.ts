/** The entry of a replica's worker that has the engine multi-paxos alone. */
import { multiPaxos } from '../../../logic/consensus/multi-paxos/multi-paxos.ts'
import { serve } from './serve.ts'

serve(multiPaxos)
