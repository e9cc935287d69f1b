import { expect, test } from 'vitest'
import { type NodeId, nodeId, sessionId } from '../../src/logic/base/ids.ts'
import { tellDoer } from '../../src/logic/replica/hearsay.ts'

const [self, doer, gone] = ['self', 'doer', 'gone'].map(nodeId) as [NodeId, NodeId, NodeId]
const sessions = [sessionId(7)]

test.each<[string, NodeId | null, readonly NodeId[]]>([
  ['another is the doer', doer, [doer]],
  ['nobody is', null, []],
  ['this replica is', self, []],
  ['it is the doer who goes', gone, []],
])('REPLICA-15 who hears that a page goes away tells the doer: %s', (_, present, told) => {
  expect(tellDoer(self, present, gone, sessions)).toEqual(
    told.map(to => ({ to, message: { type: 'departed', node: gone, sessions } })),
  )
})
