import { expect, test } from 'vitest'
import { createCodec } from '../../src/host/codec.ts'
import type { StopReason } from '../../src/host/runtime/runtime.ts'
import { StorageError } from '../../src/host/storage/contract.ts'
import { createMemoryStorage } from '../../src/host/storage/memory.ts'
import { startReplica } from '../../src/host/worker/replica-host.ts'
import { ensembleId, nodeId } from '../../src/logic/base/ids.ts'
import { engineKind } from '../../src/logic/consensus/engines.ts'
import { anyKey } from '../host/any-key.ts'

/** A replica over a storage that a test takes away. */
async function started(lost: AbortSignal) {
  const memory = createMemoryStorage()
  const node = nodeId('a')
  const opened = await memory.open({
    node,
    ensemble: ensembleId('e'),
    engine: 'multi-paxos',
    founders: [node],
  })
  const stops: StopReason[] = []
  const host = startReplica({
    kind: engineKind(opened.identity.engine),
    storage: { ...memory, lost },
    opened,
    key: anyKey,
    codec: createCodec(),
    transports: [],
    seed: 1,
    watchPeer: () => undefined,
    deliver: () => undefined,
    foreign: () => undefined,
    stepped: () => undefined,
    stopped: reason => stops.push(reason),
  })
  return { host, stops }
}

test.each(['while it runs', 'before it ran'])(
  'RUN-5 a replica whose storage is taken away %s stops at once and says why',
  async when => {
    const taken = new AbortController()
    const take = () => taken.abort(new StorageError('Failed', 'somebody deletes it'))
    if (when === 'before it ran') take()
    const { host, stops } = await started(taken.signal)
    take()
    await host.close()
    expect(stops).toEqual([{ code: 'StorageFailed', message: 'somebody deletes it' }])
  },
)
