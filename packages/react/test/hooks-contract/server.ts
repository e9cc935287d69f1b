/** Rules of rendering on a server, and of taking that over in a page. */
import { connect, text } from '@peerkeeper/core'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, test } from 'vitest'
import {
  KeeperProvider,
  type OpenKeeper,
  useChildren,
  useKeeper,
  useLeader,
  useLock,
  usePresence,
  useZnode,
} from '../../src/index.ts'
import { hydrate, newContainer } from '../page.ts'
import { begin, first, within } from '../world.ts'

const All = () => {
  const said = [
    useKeeper().state,
    useZnode('/title', text).status,
    useChildren('/').status,
    useLeader('/leader').status,
    useLock('/lock').status,
    usePresence('/here', text, 'me').status,
  ]
  return createElement('p', null, said.join(' '))
}

test('REACT-14 a server renders that all is loading, opens nothing, and a page goes on from there', async () => {
  let opened = 0
  const openNone: OpenKeeper = signal => {
    opened++
    return connect({ room: 'server', signal })
  }
  const html = renderToString(createElement(KeeperProvider, { open: openNone }, createElement(All)))
  expect([html, opened]).toEqual(['<p>connecting loading loading idle idle loading</p>', 0])

  const { world, keepers } = await begin(40)
  const own = first(keepers)
  const container = newContainer(html)
  const paragraph = container.firstChild
  const isShown = async () => {
    for (let turn = 0; turn < 100 && !container.textContent?.startsWith('connected'); turn++)
      await world.advance(100)
    await world.advance(500)
  }
  await hydrate(container, within(own, createElement(All)), isShown())
  expect(container.textContent).toBe('connected absent present leading held present')
  expect(container.firstChild).toBe(paragraph)
})
