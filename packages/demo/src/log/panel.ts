/** The log on the page: draws once a frame, and speaks now and then. */
import type { Decision } from '@peerkeeper/core'
import { byId, setText } from '../ui/dom.ts'
import { count } from '../ui/format.ts'
import { perFrame } from '../ui/frame.ts'
import { DecisionLog } from './log.ts'
import { LogView, spoken } from './view.ts'

export interface LogPanel {
  readonly log: DecisionLog<Decision>
  add(decisions: readonly Decision[]): void
}

/** A listener is not flooded: what came meanwhile is said in one sentence. */
const speakMs = 5_000
const rateMs = 500

export function createLogPanel(session: () => number): LogPanel {
  const log = new DecisionLog<Decision>()
  const view = new LogView(byId('log', HTMLElement))
  const rate = byId('log-rate', HTMLElement)
  const voice = byId('log-spoken', HTMLElement)
  let spokenThrough = 0

  const draw = perFrame(() => view.draw(log.newestFirst, session()))

  setInterval(() => {
    const perSecond = log.rate(performance.now())
    setText(rate, perSecond >= 2 ? `${count(perSecond)} decisions/s` : '')
  }, rateMs)
  setInterval(() => {
    const fresh = log.newestFirst.filter(({ slot }) => slot > spokenThrough)
    spokenThrough = fresh[0]?.slot ?? spokenThrough
    setText(voice, spoken(fresh))
  }, speakMs)

  return {
    log,
    add(decisions) {
      log.add(decisions, performance.now())
      draw()
    },
  }
}
