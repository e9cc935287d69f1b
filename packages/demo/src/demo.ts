/** Joins the keeper to the panels: what comes from the one is shown by the others, what visitors do goes back. */
import type { Decision, Keeper, KeeperState, ReplicaStatus } from '@peerkeeper/core'
import { type Address, linkTo, namesRoom } from './address/address.ts'
import { parseErrand, turnTo } from './address/errand.ts'
import { nameRoom } from './address/name.ts'
import { withOwnSecret } from './address/secret.ts'
import { askOwnServer, type OwnServer } from './address/server.ts'
import { createBreakPanel } from './break/panel.ts'
import { askToFork, askToJoin, followFork } from './break/ways-out.ts'
import { createEnsemblePanel } from './ensemble/panel.ts'
import { createWays } from './ensemble/ways.ts'
import { createExamples } from './examples/panel.ts'
import { createInvitePanel } from './invite/panel.ts'
import { apartMs } from './limits.ts'
import { createLoadPanel } from './load/panel.ts'
import { createLogPanel } from './log/panel.ts'
import { isApart } from './meet/apart.ts'
import { arrivalAt } from './meet/arrival.ts'
import { createMeetPanel } from './meet/panel.ts'
import { createMenus } from './menus.ts'
import { createNotice } from './notice.ts'
import { openKeeper } from './open.ts'
import { createReplicaWorker } from './replica/freeze.ts'
import { followTree } from './tree/follow.ts'
import { createTreePanel } from './tree/panel.ts'
import { onClick, setAvailable } from './ui/action.ts'
import { byId } from './ui/dom.ts'
import { perFrame } from './ui/frame.ts'
import { toastError } from './ui/toast.ts'
import { createZnodePanel } from './znode/panel.ts'

/** What tests and the curious find on `window`. */
export interface Exposed {
  readonly keeper: Keeper | null
  status(): ReplicaStatus | null
  /** Newest first. */
  decisions(): readonly Decision[]
}

declare global {
  interface Window {
    peerkeeper: Exposed
  }
}

export function startDemo(): void {
  let keeper: Keeper | null = null
  let state: KeeperState = 'connecting'
  let status: ReplicaStatus | null = null
  let server: OwnServer | null = null
  const errand = parseErrand(history.state)
  const { address: arrived, invite: invited } = arrivalAt(location.hash, errand)
  let address: Address = withOwnSecret(
    arrived,
    invited !== null || namesRoom(location.hash),
    () => localStorage,
  )
  let isWiped = false
  /** The session whose changes are "mine"; 0 before there is one. */
  const session = () => keeper?.session ?? 0
  /** Who may write: nobody before there is a session or after its end. */
  const writer = () => (state === 'connected' || state === 'suspended' ? keeper : null)

  const fork = async () => {
    if (keeper !== null) await askToFork(keeper)
  }

  const notice = createNotice()
  const worker = createReplicaWorker()
  const ensemble = createEnsemblePanel({ fork, invite: () => invitePanel.open() })
  const breaking = createBreakPanel({
    worker,
    keeper: () => keeper,
    status: () => status,
    wiping: () => {
      isWiped = true
    },
    fork,
  })
  const log = createLogPanel(session)
  const tree = createTreePanel({ session, sessionOf: zxid => log.log.sessionOf(zxid), drawn: drawZnode })
  const znode = createZnodePanel(tree.select)
  const examples = createExamples(tree.select)
  const load = createLoadPanel(writer)
  createMenus(address)
  /** Where this page is, with the ensemble that it takes part in. */
  const here = () => (keeper === null ? null : { ...address, ensemble: keeper.ensemble })
  const meet = createMeetPanel({ here, follow: (to, accept) => turnTo(to, { accept }) })
  const invitePanel = createInvitePanel(() => {
    const at = here()
    return at === null ? null : { address: at, server }
  }, meet.open)

  const drawEnsemble = perFrame(() => {
    const seen = status === null ? { links: [], paths: [] } : ways.seen(status)
    ensemble.draw(state, status, keeper?.missing ?? null, seen)
    watchApart()
    breaking.draw()
  })

  const ways = createWays(drawEnsemble)

  let apartTimer: ReturnType<typeof setTimeout> | undefined
  /** After a while alone, says what helps. */
  function watchApart(): void {
    const apart = isApart(state, status, address.signal !== null)
    if (apart === (apartTimer !== undefined)) return
    clearTimeout(apartTimer)
    apartTimer = apart ? setTimeout(() => notice.apart(meet.open), apartMs) : undefined
    if (!apart) notice.apart(null)
  }

  /** Tells this tab from the others, also while it is in the background. */
  function title(): void {
    const as = state === 'connected' && status ? status.role : state
    document.title = `${as} · ${address.room} · Peerkeeper`
  }

  function drawZnode(): void {
    const selected = tree.tree.get(tree.selected)
    if (selected) znode.draw(selected, writer(), session())
    examples.draw(tree.tree, writer())
    load.draw()
  }

  function enter(next: KeeperState): void {
    state = next
    title()
    setAvailable(byId('invite', HTMLButtonElement), keeper !== null)
    setAvailable(byId('leave', HTMLButtonElement), writer() !== null)
    if (next === 'expired') notice.over('expired')
    if (next === 'closed') notice.over(isWiped ? 'wiped' : 'left')
    drawEnsemble()
    tree.redraw()
  }

  function follow(opened: Keeper): void {
    keeper = opened
    opened.on('state', next => {
      enter(next)
      followOnce()
    })
    opened.on('status', next => {
      status = next
      ensemble.follow(next)
      title()
      drawEnsemble()
    })
    opened.on('decisions', log.add)
    opened.on('missing', drawEnsemble)
    opened.on('foreign', ({ ensemble }) => notice.foreign(ensemble, () => askToJoin(opened, ensemble)))
    opened.on('forked', followFork)
    opened.observe()
    enter(opened.state)
    let isFollowed = false
    /** The tree is followed from the moment there is a session. */
    const followOnce = () => {
      if (isFollowed || writer() === null) return
      isFollowed = true
      void followTree(opened, tree.tree, {
        event: tree.event,
        changed: tree.redraw,
        failed: error => {
          if (writer() !== null) toastError(error)
        },
      })
    }
    followOnce()
  }

  async function open(): Promise<void> {
    nameRoom(address)
    enter('connecting')
    // A code is good once: loaded again, the page is where the code led.
    if (invited !== null) history.replaceState(history.state, '', linkTo(location.pathname, address))
    server = await askOwnServer(location)
    address = { ...address, signal: address.signal ?? server?.signal ?? null }
    follow(
      await openKeeper(address, {
        abandon: errand.abandon,
        worker: worker.make,
        signaling: notice.signaling,
        hand: meet.use,
        transport: ways.use,
        devices: meet.devices,
      }),
    )
    history.replaceState(null, '')
    if (errand.forked !== undefined) notice.forked(errand.forked)
    if (invited !== null) await meet.accept(invited)
  }

  byId('open-tab', HTMLButtonElement).addEventListener('click', () => window.open(location.href, '_blank'))
  onClick(byId('leave', HTMLButtonElement), async () => keeper?.close())
  addEventListener('hashchange', () => location.reload())
  window.peerkeeper = {
    get keeper() {
      return keeper
    },
    status: () => status,
    decisions: () => log.log.newestFirst,
  }

  open().catch((error: unknown) => {
    notice.failed(error)
    enter('closed')
  })
}
