import { describe, expect, test } from 'vitest'
import { type CandidateType, explainNoPath, type PathFacts } from '../src/page/link/no-path.ts'
import { watchPath } from '../src/page/link/path-facts.ts'

const nothing: PathFacts = {
  stunGiven: false,
  turnGiven: false,
  relayOnly: false,
  serversError: undefined,
  isAnswered: true,
  isConnected: false,
  local: new Set(['host']),
  remote: new Set(['host']),
  silent: new Set(),
  refused: new Set(),
}
const types = (...all: CandidateType[]): ReadonlySet<CandidateType> => new Set(all)

describe('ICE-8 a missing path is explained by what was tried', () => {
  test.each<[code: string, text: RegExp, facts: Partial<PathFacts>]>([
    ['NoServers', /host candidates only on both sides, no STUN or TURN server given$/, {}],
    ['NoServers', /host candidates only/, { remote: types('host', 'prflx') }],
    [
      'NoPath',
      /tried host here, host and srflx there; .* a TURN server is needed/,
      { remote: types('host', 'srflx') },
    ],
    ['NoPath', /tried host and srflx here, host there/, { stunGiven: true, local: types('host', 'srflx') }],
    ['NoPath', /tried host and relay here, host there$/, { turnGiven: true, local: types('host', 'relay') }],
    ['NoAnswer', /the peer did not answer/, { isAnswered: false, remote: types() }],
    ['NoAddress', /this browser has no address/, { local: types() }],
    ['NoAddress', /the peer has no address/, { remote: types() }],
    ['NoAddress', /no TURN server was given/, { relayOnly: true, local: types() }],
    [
      'StunSilent',
      /STUN server did not answer \(stun:s:3478\): UDP seems to be blocked, and no TURN/,
      { stunGiven: true, silent: new Set(['stun:s:3478']) },
    ],
    // Another that was asked did answer.
    [
      'NoPath',
      /tried host and srflx/,
      { stunGiven: true, silent: new Set(['stun:s']), local: types('host', 'srflx') },
    ],
    [
      'TurnSilent',
      /UDP seems to be blocked, or the server is down/,
      { turnGiven: true, stunGiven: true, silent: new Set(['turn:t', 'stun:s']) },
    ],
    ['TurnSilent', /TURN server did not answer/, { turnGiven: true, relayOnly: true, local: types() }],
    ['TurnRefused', /401 Unauthorized/, { turnGiven: true, refused: new Set(['401 Unauthorized']) }],
    ['NoPath', /relay/, { turnGiven: true, refused: new Set(['401']), local: types('host', 'relay') }],
    ['Timeout', /there is a path/, { isConnected: true }],
    ['NoServers', /\(the app's iceServers failed: 503\)$/, { serversError: '503' }],
  ])('%s %s', (code, text, facts) => {
    const reason = explainNoPath({ ...nothing, ...facts })
    expect(reason.code).toBe(code)
    expect(reason.text).toMatch(text)
  })
})

/** A peer connection as far as it is watched. */
class FakeConnection extends EventTarget {
  iceConnectionState: RTCIceConnectionState = 'new'
  tell(type: string, facts: object): void {
    this.dispatchEvent(Object.assign(new Event(type), facts))
  }
}

test('ICE-8 the facts are those that the browser tells, and what the peer sends', () => {
  const connection = new FakeConnection()
  const { facts, heard } = ((watch: ReturnType<typeof watchPath>) => ({
    facts: () => watch.facts,
    heard: watch.heard,
  }))(
    watchPath(connection as unknown as RTCPeerConnection, {
      iceServers: [{ urls: ['stun:s', 'turns:t?transport=tcp'] }],
      iceTransportPolicy: 'relay',
      serversError: 'late',
    }),
  )
  const line = (type: string) => `candidate:1 1 udp 1 10.0.0.1 9 typ ${type} raddr 0.0.0.0`
  connection.tell('icecandidate', { candidate: { candidate: line('relay') } })
  connection.tell('icecandidate', { candidate: null })
  connection.tell('icecandidateerror', { errorCode: 701, errorText: 'timed out', url: 'stun:s' })
  connection.tell('icecandidateerror', { errorCode: 401, errorText: 'Unauthorized', url: 'turns:t' })
  heard({ type: 'candidate', candidate: { candidate: line('srflx'), sdpMid: null, sdpMLineIndex: null } })
  expect(facts()).toEqual({
    stunGiven: true,
    turnGiven: true,
    relayOnly: true,
    serversError: 'late',
    isAnswered: false,
    isConnected: false,
    local: types('relay'),
    remote: types('srflx'),
    silent: new Set(['stun:s']),
    refused: new Set(['401 Unauthorized']),
  })
  heard({ type: 'answer', sdp: `v=0\r\na=${line('host')}\r\na=${line('prflx')}\r\n` })
  connection.iceConnectionState = 'connected'
  connection.tell('iceconnectionstatechange', {})
  connection.iceConnectionState = 'failed'
  connection.tell('iceconnectionstatechange', {})
  expect(facts()).toMatchObject({
    isAnswered: true,
    isConnected: true,
    remote: types('srflx', 'host', 'prflx'),
  })
})
