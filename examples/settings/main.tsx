/**
 * Settings that every tab follows as they are changed in any. A change names the version that it is a change of, so that nobody
 * overwrites what they have not seen: of two at once one is made, and the other is told.
 */
import { connect, isKeeperError, json } from '@peerkeeper/core'
import { KeeperProvider, useKeeper, useZnode } from '@peerkeeper/react'
import { StrictMode, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { element } from '../page.ts'
import { useOpenMark } from '../use-open-mark.ts'

interface Settings {
  readonly theme: 'light' | 'dark'
  readonly size: number
}
const settings = json<Settings>()
const initial: Settings = { theme: 'light', size: 12 }

function SettingsPage() {
  const { keeper, state } = useKeeper()
  const { status, data = initial, stat, isLive } = useZnode('/settings', settings)
  const [told, tell] = useState('')
  useOpenMark(isLive)
  useEffect(() => {
    document.documentElement.style.colorScheme = data.theme
  }, [data.theme])

  async function change(part: Partial<Settings>) {
    const tree = keeper?.with(settings)
    const value = { ...data, ...part }
    try {
      await (status === 'present' ? tree?.set('/settings', value, stat) : tree?.create('/settings', value))
      tell('saved')
    } catch (error) {
      if (!isKeeperError(error, 'BadVersion', 'NodeExists')) throw error
      tell('somebody else was faster')
    }
  }

  return (
    <>
      <p id="shown" style={{ fontSize: data.size }}>
        {data.theme}, {data.size}
      </p>
      <button
        id="theme"
        type="button"
        onClick={() => change({ theme: data.theme === 'dark' ? 'light' : 'dark' })}
      >
        Change the theme
      </button>
      <button id="size" type="button" onClick={() => change({ size: data.size + 1 })}>
        Larger
      </button>
      <p id="told">{told}</p>
      {isLive || <p>{state}: what you see may have changed</p>}
    </>
  )
}

createRoot(element('app')).render(
  <StrictMode>
    <KeeperProvider open={signal => connect({ room: 'settings', signal })}>
      <SettingsPage />
    </KeeperProvider>
  </StrictMode>,
)
