/** The button that writes a thousand times, and its result. */
import type { Keeper } from '@peerkeeper/core'
import { act, setAvailable } from '../ui/action.ts'
import { byId, setText } from '../ui/dom.ts'
import { count, milliseconds } from '../ui/format.ts'
import { runLoad } from './load.ts'

export interface LoadPanel {
  draw(): void
}

const writes = 1_000

export function createLoadPanel(writer: () => Keeper | null): LoadPanel {
  const button = byId('load', HTMLButtonElement)
  const result = byId('load-result', HTMLElement)

  button.addEventListener('click', () => {
    const keeper = writer()
    if (keeper === null) return
    setText(result, '')
    void act(button, async () => {
      const { writesPerSecond, p50Ms, p99Ms } = await runLoad(keeper, writes)
      setText(result, `${count(writesPerSecond)} writes/s · p50 ${milliseconds(p50Ms)}`)
      result.title = `p99 ${milliseconds(p99Ms)}`
    })
  })

  return {
    draw() {
      setAvailable(button, writer() !== null)
    },
  }
}
