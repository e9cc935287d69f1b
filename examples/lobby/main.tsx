/**
 * A lobby: when three players are ready the game starts, once, with these three. Every tab that sees three tries to start it; one
 * transaction makes the game and looks whether its players are still there, so that one of them succeeds, or none.
 */
import { connect, isKeeperError, json } from '@peerkeeper/core'
import { KeeperProvider, useKeeper, usePresence, useZnode } from '@peerkeeper/react'
import { StrictMode, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { element } from '../page.ts'
import { useOpenMark } from '../use-open-mark.ts'

interface Player {
  readonly name: string
  readonly isReady: boolean
}
interface Game {
  readonly players: readonly string[]
  readonly startedBy: string
}
const player = json<Player>()
const game = json<Game>()
const playersOfAGame = 3
const givenName =
  new URLSearchParams(location.search).get('name') ?? `player ${Math.ceil(Math.random() * 99)}`

function Lobby() {
  const { keeper } = useKeeper()
  const [name, setName] = useState(givenName)
  const [isReady, setReady] = useState(false)
  const { members, isLive } = usePresence('/lobby', player, { name, isReady })
  const running = useZnode('/game', game)
  const [starts, setStarts] = useState(0)
  useOpenMark(isLive)

  const ready = members.filter(({ data }) => data?.isReady).slice(0, playersOfAGame)
  const canStart = running.status === 'absent' && ready.length === playersOfAGame
  useEffect(() => {
    if (keeper === null || !canStart) return
    const start: Game = { players: ready.map(({ data }) => data?.name ?? ''), startedBy: name }
    keeper
      .with(game)
      .multi([
        ...ready.map(({ name }) => ({ type: 'check', path: `/lobby/${name}` }) as const),
        { type: 'create', path: '/game', data: start },
      ])
      .then(() => setStarts(count => count + 1))
      .catch(error => {
        // Somebody else started it, or one of the players is gone.
        if (!isKeeperError(error, 'NodeExists', 'NoNode')) throw error
      })
  }, [keeper, canStart, ready, name])

  return (
    <>
      <input id="name" value={name} onChange={event => setName(event.target.value)} />
      <label>
        <input
          id="ready"
          type="checkbox"
          checked={isReady}
          onChange={event => setReady(event.target.checked)}
        />{' '}
        ready
      </label>
      <ul id="players">
        {members.map(({ name, data }) => (
          <li key={name}>
            {data?.name} {data?.isReady && 'is ready'}
          </li>
        ))}
      </ul>
      <p id="game">
        {running.data && `${running.data.players.join(', ')} play; started by ${running.data.startedBy}`}
      </p>
      <p>
        Games that this tab started: <b id="starts">{starts}</b>
      </p>
    </>
  )
}

createRoot(element('app')).render(
  <StrictMode>
    <KeeperProvider open={signal => connect({ room: 'lobby', sessionTimeoutMs: 5_000, signal })}>
      <Lobby />
    </KeeperProvider>
  </StrictMode>,
)
