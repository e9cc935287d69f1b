/** The dialog with a link that leads another browser or device to this ensemble, and where the page offers it. */
import { type Address, linkTo } from '../address/address.ts'
import type { OwnServer } from '../address/server.ts'
import { createCodeView } from '../meet/code-view.ts'
import { byId, setText } from '../ui/dom.ts'

export interface Invitation {
  /** Where this page is, with the ensemble that it takes part in. */
  readonly address: Address
  readonly server: OwnServer | null
}

export interface InvitePanel {
  open(): void
}

/** `meet` opens the dialog for devices that no server introduces. */
export function createInvitePanel(invitation: () => Invitation | null, meet: () => void): InvitePanel {
  const dialog = byId('invitation', HTMLDialogElement)
  const code = createCodeView(byId('invitation-code', HTMLElement), 'Link', 'invitation-link')

  function open(): void {
    const to = invitation()
    if (to === null || dialog.open) return
    const link = linkFor(to, location)
    const isHereOnly = isLocal(new URL(link))
    code.show(link, !isHereOnly)
    byId('invitation-start', HTMLElement).hidden = !isHereOnly || to.address.signal === null
    setText(byId('invitation-text', HTMLElement), explain(to, link))
    dialog.showModal()
  }

  byId('invite', HTMLButtonElement).addEventListener('click', open)
  byId('invitation-meet', HTMLButtonElement).addEventListener('click', () => {
    dialog.close()
    meet()
  })
  dialog.addEventListener('click', event => {
    if (event.target === dialog) dialog.close()
  })
  return { open }
}

/** Whether only this machine gets there. */
const isLocal = ({ hostname }: Pick<Location, 'hostname'>): boolean =>
  /^(localhost|127\.|\[::1\])/.test(hostname)

/** A page that was opened as localhost is invited to by an address that others know, if there is one. */
function linkFor({ address, server }: Invitation, here: Location): string {
  const [abroad] = server?.pages ?? []
  if (!isLocal(here) || abroad === undefined || server === null)
    return linkTo(here.href.replace(/#.*/, ''), address)
  const signal = address.signal === server.signal ? sameHost(server.signal, abroad) : address.signal
  return linkTo(abroad, { ...address, signal })
}

function sameHost(signal: string, page: string): string {
  const url = new URL(signal)
  url.host = new URL(page).host
  return url.href
}

function explain({ address }: Invitation, link: string): string {
  if (address.signal === null)
    return 'This page comes from a server without signaling: by this link only tabs of this browser join. Other devices come in by codes.'
  if (isLocal(new URL(link)))
    return 'Open this link in another browser of this machine: it joins this ensemble.'
  const whoever = 'Whoever opens this link, or points a camera at the code, joins this ensemble.'
  return address.secret === null
    ? `${whoever} So may anybody who knows the name of the room. The server only introduces devices; what is written goes between them.`
    : `${whoever} It carries the secret of the room: send it as you would a password. The server introduces devices, and reads nothing.`
}
