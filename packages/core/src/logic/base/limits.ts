/** Every bound of the library, with its reason. Sizes in bytes, times in ticks or milliseconds as the name says. */

/** Real time between two ticks. Short enough that a heartbeat leaves in time, long enough to cost nothing. */
export const tickMs = 50

/** A leader shows itself this often. */
export const heartbeatTicks = 2

/**
 * A follower that heard nothing for a random count in this range asks for an election. The lower end is over one
 * second because where a browser hands no data channel to its worker frames pass through a page, which a long
 * script may block for that long.
 */
export const electionTimeoutTicksMin = 25
export const electionTimeoutTicksMax = 50

/**
 * A voter that never heard a leader in its present ballot waits only this long: there is nobody to disturb, and long
 * enough for a candidate to finish.
 */
export const leaderlessTicksMin = 8
export const leaderlessTicksMax = 20

/** A leader that heard from no quorum for this long steps down. */
export const leaderQuorumTicks = 25

/** What was sent and not acknowledged for this long is sent again. */
export const resendTicks = 6

/** ... and after that twice as late each time, up to this: a member that is back should not wait much longer. */
export const resendTicksMax = 24

/** ZooKeeper's `jute.maxbuffer` of 1 MB less one: data, path and ACL of one znode together. */
export const znodeBytesMax = 1_048_575

/** A path is a key and travels in every event: one that is longer is a mistake. */
export const pathLengthMax = 4_096

/** Children of one znode: a list of them is sorted and sent to the page in one message. */
export const childrenMax = 262_144

/** Lines of one ACL, the caller's identities written out: each is looked at by every check. */
export const aclEntriesMax = 64

/** Identities of one session: they stay with it until it ends, and every check looks at them. */
export const identitiesMax = 32

/** A user's name with a hash, or a public key in base64: longer is a mistake. */
export const identityLengthMax = 512

/** Operations of one multi: their answers are remembered together. Its bytes are bounded like those of one znode. */
export const multiOperationsMax = 1_024

/** Queries of one multiRead: answered at once, so that nothing else is answered meanwhile. */
export const multiReadsMax = 1_024

/** Sessions of the whole ensemble: a hundred members with a hundred pages each. Every replica remembers their answers. */
export const sessionsMax = 10_000

/** ZooKeeper keeps a TTL in 40 bits: 34 years. */
export const ttlMsMax = 2 ** 40 - 1

/** The doer looks for containers and TTL znodes to remove this often: once a minute, as ZooKeeper does. */
export const sweepTicks = 1_200

/** Znodes that one sweep names, and the length of their paths together: a command like any other. */
export const sweepZnodesMax = 1_000
export const sweepPathsLengthMax = 64 * 1_024

/** A container that never had a child is removed after an hour: whoever made it had time to use it. */
export const containerUnusedMs = 3_600_000

/** Writes of one session that wait for an answer; its answers are remembered, so they must be bounded. */
export const outstandingRequestsMax = 2_048

/** Session timeouts are clamped to 2 .. 20 of ZooKeeper's ticks of two seconds. */
export const sessionTimeoutMsMin = 4_000
export const sessionTimeoutMsMax = 40_000

/** One message of the replication stream: large enough to batch 1,000 small commands, small enough not to block. */
export const appendBytesMax = 256 * 1_024
export const appendEntriesMax = 1_024

/** Sent to one peer and not yet acknowledged: a slow peer must not take the leader's memory. */
export const inFlightBytesMax = 8 * 1_024 * 1_024

/** Commands that wait at a leader for their turn; over it, proposals are refused and the origin resends. */
export const proposalQueueMax = 65_536

/** A frame from a peer over this size is foreign or corrupt: one znode of the largest size, with room for its envelope. */
export const frameBytesMax = 2 * 1_024 * 1_024

/** One message on a data channel. Over 16 KiB browsers disagree, and a large message blocks those behind it. */
export const messageBytesMax = 16 * 1_024

/** What may wait for one lane of one link: the core's own bound on what is in flight to a peer. */
export const laneQueueBytesMax = 8 * 1_024 * 1_024

/** Handed to the browser and not yet sent. Small, so that what one lane holds there cannot delay the other for long. */
export const laneBufferedBytesMax = 64 * 1_024

/** A lane that waits for the browser's "buffer is low" looks by itself after this long, should the event not come. */
export const laneWakeMs = 50

/** Sequence numbers are ten digits of a signed 32-bit counter, as in ZooKeeper. */
export const sequenceMax = 2_147_483_647

/** Replicas that an ensemble may hold: voters and observers together. */
export const membersMax = 100

/** Slots that a leader may have proposed beyond what is chosen; what comes further ahead than this is not believed. */
export const pipelineSlotsMax = 16_384

/** A leadership transfer that takes longer is given up. */
export const transferTicks = 20

/** A snapshot is taken at most every so many slots: what a restart has to apply again, and the log's length. */
export const snapshotSlotsMin = 16_384

/** A snapshot goes on by this many znodes with each tick: some ten milliseconds, a fifth of the time between two. */
export const snapshotZnodesPerTick = 4_096

/** Slots kept in memory behind a snapshot: a member that is no further behind is sent values, not the state. */
export const logKeptSlots = 4_096

/** One message of a snapshot: small enough to let others through between two. */
export const snapshotPieceBytes = 64 * 1_024

/** Pieces for one ask: enough to hide a round trip, few enough to leave the sender's queue in peace. */
export const snapshotPiecesPerAsk = 8

/** A state over this size is not taken from a peer: it would not fit a worker's memory beside the present one. */
export const snapshotBytesMax = 512 * 1_024 * 1_024

/** Quorum reads that wait at a leader; more are dropped and asked again. */
export const readsMax = 16_384

/** A poll or prepare that found no quorum in this time is given up. */
export const candidacyTicks = 8

/** After a candidacy that failed, the next comes a random 1 .. this many ticks later, so that rivals part. */
export const candidacyRetryTicksMax = 16

/** After a hint that the leader died, voters stand a random 1 .. this many ticks later. */
export const suspectedTicksMax = 4

/** A forwarded write that was not applied in this time is sent again: its leader may have died with it. */
export const resubmitTicks = 20

/** Replicas tell the leader this often which sessions are alive: well below the shortest session timeout. */
export const touchTicks = 10

/** A doer without the leadership asks for it this often: well above what a command takes to be decided and applied. */
export const leadAgainTicks = 20

/** That a page went away is remembered for a minute: over the longest session timeout, after which nobody needs to know. */
export const departedTicks = 1_200

/** The end of a session whose page went away is asked for this often: as often as a leadership is. */
export const departedAgainTicks = 20

/** So many at once: those of all pages of a hundred members that close together; what is beyond expires by its timeout. */
export const departedSessionsMax = 10_000

/** A replica that is no member asks to become one this often. */
export const joinTicks = 10

/** One that was taken out asks this often whether that is known: a round trip, and a little. */
export const removalAskTicks = 2

/** Voters that an ensemble grows to by itself. Odd; survives two failures. */
export const votersWanted = 5

/** An observer is promoted when it stayed this close to the leader for this long. */
export const promotionLagMax = 250
export const promotionSteadyTicks = 20

/** A member not heard for this long is not counted on for a promotion. */
export const promotionSilentTicksMax = 6

/**
 * A voter that was silent for this long is taken out when the others are better off without it: ten seconds, well over an
 * election and any hiccup of a page, short enough that the next failure finds a full set of voters.
 */
export const voterGoneTicks = 200

/** An observer costs little: it may be silent for a minute before its place is given up. */
export const observerGoneTicks = 1_200

/** One that is said to have died is gone after two seconds of silence, in which a reloaded page is back. */
export const suspectGoneTicks = 40

/** Replicas compare their digests at every slot that is a multiple of this. */
export const checkpointSlots = 1_024

/** Reads of all clients that may wait at one replica for a slot or a quorum. */
export const waitingReadsMax = 16_384

/**
 * Leaderless Paxos: a membership governs the slots from this many after its own, and nobody proposes further than this
 * beyond what is chosen. As wide as a good batch, and a change of the membership costs as many slots.
 */
export const paxosWindowSlots = 128

/** Leaderless Paxos: an acceptor lags behind proposers by a few windows at most; what lies further ahead is not believed. */
export const paxosAheadSlotsMax = 1_024

/** Leaderless Paxos: slots that hold up all others for a random count in this range are finished by whoever waits. */
export const paxosPatienceTicksMin = 4
export const paxosPatienceTicksMax = 10

/** Leaderless Paxos: the second attempt in a row that is refused makes the next one wait up to a tick, the third up to three ... */
export const paxosBackoffTicksMax = 16

/** Leaderless Paxos: a member that knows less than another asks for the rest after this long. */
export const paxosBehindTicks = 2

/** Watches of one session: one on each of 100,000 znodes, and not the worker's memory. */
export const watchesPerSessionMax = 131_072

/**
 * Changes that a replica keeps for watches that resume, by count and by bytes: minutes of a busy app, weeks of a quiet one,
 * and less memory than a large tree.
 */
export const historyChangesMax = 65_536
export const historyBytesMax = 16 * 1_024 * 1_024

/** A watch that begins anew is sent its znodes in messages of about this size, each a moment's work for a page. */
export const resyncChunkZnodes = 1_000
export const resyncChunkBytes = 256 * 1_024

/**
 * A fork leaves out so many slots: what the ensemble that is given up may have decided, or may still decide where it is
 * not lost after all, beyond what the forking replica knows. At a thousand writes a second without a pause that is two
 * years; and 130,000 forks in a row fit below 2^53.
 */
export const forkSlots = 2 ** 36

/** A state further on than this is not forked: the new ensemble would have fewer slots of its own than are left out. */
export const forkThroughMax = 2 ** 53 - 2 * forkSlots

/** A replica that has nothing to say to a peer shows itself this often: so that people can be told who is missing. */
export const signOfLifeMs = 1_000

/** A peer with a connection is missed after so long without a frame: three signs of life, and a page that was busy. */
export const missedAfterMs = 3_500

/** Foreign ensembles in one room that are told of: more are not many mistakes but somebody's noise. */
export const foreignEnsemblesMax = 32

/** Replicas of one browser profile that a tab is connected with: many times the tabs that anybody opens. Who was not heard longest goes first. */
export const tabsMax = 1_024

/** Voters that one who does not vote is linked with: two may go at once, and of 40 observers each of five voters has 24. */
export const upstreamsWanted = 3

/** Replicas tell their neighbours whom they are linked with no more often than this: a room that fills up changes it all the time. */
export const hintTicks = 4

/** ... and again this often where nothing changes, because a frame may be lost. */
export const hintAgainTicks = 200

/** A neighbour that was silent for two seconds, two signs of life, may be frozen: what goes by it may be lost, another is taken. */
export const thirdSilentTicksMax = 40

/** Links that one hint names: as many as one replica keeps. */
export const hintLinksMax = 256

/** Frames that one signature covers: what gathers while the one before is being made. */
export const passedFramesMax = 256

/** Frames for one peer that wait to be signed, or from one author to be checked: a burst of a tick or two. What is more is lost. */
export const passedWaitingMax = 1_024
export const passedWaitingBytesMax = 8 * 1_024 * 1_024

/** Authors whose frames wait to be checked: members, twice over. */
export const passedAuthorsMax = 200

/**
 * What a replica passes on for one neighbour: 5 MB and 2,000 frames a second, with two seconds' worth at once; far more than a
 * busy leader sends to one follower, and not what would keep others from its line.
 */
export const passedBytesPerTick = 256 * 1_024
export const passedFramesPerTick = 100
export const passedBurstTicks = 40

/** Frames of one connection that may be garbage before it is not read any more: another version says far less, a flood far more. */
export const garbageFramesMax = 1_024

/** Events that may wait while a replica asks its storage whose it is: what a hundred members say in a few seconds. */
export const inboxEventsMax = 8_192

/** An observer asks its feeder this often to go on, and the feeder says as often whom it feeds: some frames a second at most. */
export const feedAskTicks = 5

/**
 * Not asked, not told, or not fed for so long, a feeder is none: three askings, seven heartbeats; less than a follower waits for
 * its leader, so that nobody stands for election, or looks for another leader, because a feeder died.
 */
export const feedSilentTicks = 15

/** A feeder that was left is tried again after half a minute: one that was frozen or reloaded is back by then. */
export const feedAgainTicks = 600
