/** Every bound of this package, with its reason. Sizes in bytes, times in milliseconds. */

/** From the first signal of an attempt to an open channel; ICE over a relay and a slow phone takes seconds. */
export const connectTimeoutMs = 15_000

/** What an app's function that gives STUN and TURN servers may take: half of what is left for connecting with them is plenty. */
export const iceServersTimeoutMs = 5_000

/** Signals of the peer that wait while the app is asked for servers: a description and every candidate of a host with many networks. */
export const signalsWaitingMax = 64

/**
 * How long a path that the browser calls disconnected may stay so. It says that after 5 to 7.5 seconds of silence, and gives up
 * only 10 to 20 seconds later; dialing anew takes a fraction of one, a path that comes back by itself several.
 */
export const pathSilenceMs = 2_000

/** A path in doubt shows within this that it lives: peers show a sign of life each second, and browsers check every 2.5 s. */
export const pathCheckMs = 3_000

/** Changes of the network come in bursts (an interface goes, another comes, an address is given); they count as one. */
export const networkSettleMs = 300

/** How often a page looks whether it slept, and the gap between two looks that no awake page has: in sight, and hidden. */
export const sleepLookMs = 2_000
export const sleepGapMs = 8_000
export const sleepGapHiddenMs = 100_000

/** A signaling server that is in doubt, because the network changed, answers a ping within this, or is called anew. */
export const serverCheckMs = 3_000

/** The first wait before dialing again, and the longest one; each failure doubles it. */
export const redialMsMin = 250
export const redialMsMax = 30_000

/** A link that stood this long forgets its earlier failures. */
export const linkStableMs = 5_000

/** One who wants a link and cannot dial asks this often at first, and at last: its asking may be lost, or the other be away. */
export const askMsMin = 1_000
export const askMsMax = 30_000

/** While a link that is wanted is not up it is looked at this often: those who know nobody try others where one fails. */
export const reviewMs = 5_000

/** Those who want whoever is there take their pick of all that they hear of in this time. */
export const gatherMs = 100

/** A link that is not wanted is kept for longer than an attempt takes: wishes change while members come and go. */
export const unwantedMs = 20_000

/** Peers that one replica keeps links to; an ensemble holds at most 100 members, some of them twice while they reload. */
export const linksMax = 256

/** Instances of a peer that were replaced and are remembered, lest a tab that lingers takes its successor's place. */
export const replacedInstancesMax = 8

/** A session description with its candidates is under 4 KiB; an escaped one must fit a signaling message. */
export const signalTextMax = 32 * 1_024

/** The largest message to be relayed: a piece of a frame (16 KiB), sealed, with its heads. A server takes no larger ones. */
export const relayBytesMax = 17 * 1_024

/** WebRTC is waited for this long before the relay is tried too: where it works at all it mostly takes less than a second. */
export const relayAfterMs = 3_000
/** When WebRTC has taken over, the relay stays for what is on its way yet. */
export const relayLingerMs = 3_000
/** What may be on its way by the relay on one lane, before the peer has said that it has it: about a round trip at its full rate. */
export const relayWindowBytes = 64 * 1_024
/** The peer says what it has after so many bytes. */
export const relayCreditBytes = 16 * 1_024
/** Bytes of ours that wait in the socket for all peers together, from which on bulk waits in its lane. */
export const relaySocketBytesMax = 512 * 1_024
/** Sealed bytes of the peer that wait to be opened: its windows, with much room. More is a flood. */
export const relayUnopenedBytesMax = 1_024 * 1_024
/** Over the relay each side says something this often; one that is not heard for so long is gone. */
export const relaySignMs = 5_000
export const relaySilenceMs = 15_000

/**
 * A transport that closes while the relay carries hears out its worker for so long: what was handed over before is on its way, and the worker's own `close`
 * behind it. Then it leaves its signaling when what the relay was given has left, which sealing delays by a few milliseconds, and a
 * busy machine by more; so much later at most. Together well under a second.
 */
export const hearOutMs = 250
export const relayFlushMs = 500

/**
 * What makes links is loaded when somebody is there, or when the page has had so long for everything else: later its files may be
 * gone from the server, where the app was deployed anew, or the network bad.
 */
export const loadQuietlyMs = 10_000
/** Signals that wait while it is being loaded: a handshake each of many members. */
export const earlySignalsMax = 512

/** What a peer proves itself with: a public key and a signature, 172 letters; sealed with its ids, twice as many. */
export const proofTextMax = 768

/** What a peer tells about itself in presence: two ids and a proof, or their encryption. */
export const cardTextMax = 1_024
export const roomTextMax = 128

/** A token that a server asks for: far more than anybody guesses. */
export const tokenTextMax = 256

/** Tabs of one browser show themselves this often; a hidden tab's timers run once a minute. */
export const presenceMs = 20_000
/** A tab not heard of for this long is gone: two throttled minutes and some grace. */
export const presenceExpiresMs = 150_000

/** Peers of a room that a client remembers, whatever its server or other tabs tell: many times the members of the largest ensemble. */
export const roomPeersMax = 1_024

/** The wait before a lost signaling server is called again: the first and the longest. */
export const reconnectMsMin = 500
export const reconnectMsMax = 30_000

/** A client pings the server this often (below the minute after which proxies cut), and gives up on one that stays silent. */
export const clientPingMs = 25_000
export const clientSilenceMs = 60_000

/**
 * A founding's answer takes a few round trips and a flush of the server's disk; after this the question is put again. Twice of it
 * is less than an opening waits for its arbiter.
 */
export const foundingAnswerMs = 3_500

/**
 * Codes for meeting by hand. An app's data: which ensemble, its secret, a room's name. Ways to be reached at: the addresses of a
 * machine with two networks, and what STUN and TURN say of them; each is up to 19 bytes in a code that is to stay under 400 letters.
 */
export const handDataMax = 128
export const handCandidatesMax = 4

/** All addresses are known within this, or those that are known then have to do: a STUN server that is silent takes ten. */
export const handGatherMs = 4_000

/**
 * Who answered and waits gets something to try this often: Firefox gives up some ten seconds after the last one, or five where
 * an address cannot be looked up. The other's addresses are tried anew at every fourth of them: a NAT forgets in half a minute.
 */
export const handHoldMs = 3_000
export const handHoldsPerRetry = 4

/** An invite is open this long if nothing else is said: time to send a code and one back; and at most. */
export const handInviteMs = 10 * 60_000
export const handInviteMsMax = 60 * 60_000
/** By so much clocks of two devices may differ before an invite that is still open counts as expired on the other. */
export const handClockSkewMs = 5 * 60_000

/** Invites and answers that are open at once, each a connection that waits: more than one person hands out. */
export const handOpenMax = 8
/** Codes of earlier meetings that are remembered, so as to say that one was used already. */
export const handUsedMax = 64
/** Devices that one met by hand and is connected with, and peers that each of them may tell of. */
export const handChannelsMax = 16
export const handPeersMax = 128
/** Between two peers who did not meet lie at most so many who did. */
export const handHopsMax = 3

/** One text on such a channel: a signal as JSON, which every browser takes in one message. */
export const handTextMax = 128 * 1_024
/** Texts that a device may send, a second and at once: introductions and signals, a few for each peer and attempt. */
export const handTextsPerSecond = 100
export const handTextsBurst = 2_000
/** Beyond this much that waits for a device, signals to it are lost. */
export const handWaitingMax = 1_024 * 1_024

/**
 * Events of signaling that wait for their proofs to be checked (a fraction of a millisecond each): of one instance, a whole
 * handshake with a hundred candidates; of all, a handshake each of the members of the largest ensemble. More are dropped.
 */
export const signalsQueuedMax = 128
export const signalsQueuedTotalMax = 4_096

/** Instances whose proofs are being checked: all members of the largest ensemble at once, some of them twice. */
export const strangersMax = 256

/** Instances that are remembered with what they have proven, also after they left: linksMax, each of them reloaded a few times. */
export const instancesMax = 1_024
