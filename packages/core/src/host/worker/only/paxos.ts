/** The entry of a replica's worker that has the engine paxos alone. */
import { paxos } from '../../../logic/consensus/paxos/paxos.ts'
import { serve } from './serve.ts'

serve(paxos)
