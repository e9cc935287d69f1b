/**
 * What the engines are called, apart from the engines themselves: a page parses their names, and carries none of their code.
 */

/** In the order in which people are offered them. */
export const engineNames = ['multi-paxos', 'raft', 'paxos', 'zab'] as const

export type EngineName = (typeof engineNames)[number]
