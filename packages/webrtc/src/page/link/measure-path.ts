/** The path of a connection as the browser reports it. */
import type { CandidateType } from './no-path.ts'

/** The path that a connection found, as the browser reports it. */
export interface MeasuredPath {
  /** What kind of address this end uses: `host` its own, `srflx` and `prflx` through a NAT, `relay` a TURN server's. */
  readonly local: CandidateType
  readonly remote: CandidateType
  /** Milliseconds that the last check took there and back; undefined where the browser does not say. */
  readonly roundTripMs: number | undefined
}

/** What is asked of the entries of a report, each of which has some of it. */
interface StatsEntry {
  readonly selectedCandidatePairId?: string
  readonly selected?: boolean
  readonly nominated?: boolean
  readonly localCandidateId?: string
  readonly remoteCandidateId?: string
  readonly candidateType?: CandidateType
  /** Seconds. */
  readonly currentRoundTripTime?: number
}

/** The path of `connection` at present; undefined where the browser names none. Browsers differ in how they mark it. */
export async function measurePath(connection: RTCPeerConnection): Promise<MeasuredPath | undefined> {
  const stats = new Map<string | undefined, StatsEntry>()
  const report = await connection.getStats()
  report.forEach((entry: StatsEntry, id) => {
    stats.set(id, entry)
  })
  const entries = [...stats.values()]
  const named = entries.find(({ selectedCandidatePairId }) => selectedCandidatePairId)
  const pair =
    stats.get(named?.selectedCandidatePairId) ??
    entries.find(({ selected, nominated }) => selected || nominated)
  const local = stats.get(pair?.localCandidateId)?.candidateType
  const remote = stats.get(pair?.remoteCandidateId)?.candidateType
  if (local === undefined || remote === undefined) return undefined
  const seconds = pair?.currentRoundTripTime
  return { local, remote, roundTripMs: seconds === undefined ? undefined : seconds * 1_000 }
}
