import { expect, test } from 'vitest'
import { createCodec } from '../../src/host/codec.ts'
import { describe } from '../../src/host/worker/decisions.ts'
import { nodeId, sessionId, slot, xid } from '../../src/logic/base/ids.ts'
import type { Value } from '../../src/logic/consensus/value.ts'
import { encodeCommand, stampCommand } from '../../src/logic/state/command.ts'
import { configPath } from '../../src/logic/state/path.ts'

test('DOOR-3 a page is told of a decided value what it is: a request by session and path, a membership by its members', () => {
  const codec = createCodec()
  const tell = (value: Value) => describe(codec, { slot: slot(9), value })
  const nothing = { slot: 9, session: null, path: null, membership: null, timeMs: null }
  expect(tell({ type: 'noop' })).toEqual({ ...nothing, what: 'noop' })
  const membership = { voters: [nodeId('a'), nodeId('b')], observers: [nodeId('c')] }
  expect(tell({ type: 'membership', membership })).toEqual({ ...nothing, what: 'membership', membership })
  const body = encodeCommand(codec, {
    type: 'request',
    session: sessionId(7),
    xid: xid(1),
    acknowledged: xid(0),
    operation: { type: 'delete', path: configPath, version: -1 },
  })
  expect(tell(stampCommand(5_000, body))).toEqual({
    ...nothing,
    what: 'delete',
    session: 7,
    path: configPath,
    timeMs: 5_000,
  })
  expect(tell(new Uint8Array([1, 2, 3]))).toEqual({ ...nothing, what: 'unreadable' })
})
