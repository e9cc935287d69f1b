/** The dialog with a link that leads another browser or device to this ensemble. */
import { type Address, linkTo } from '../address/address.ts'
import type { OwnServer } from '../address/server.ts'
import { onClick } from '../ui/action.ts'
import { byId, setText } from '../ui/dom.ts'

export interface Invitation {
  /** Where this page is, with the ensemble that it takes part in. */
  readonly address: Address
  readonly server: OwnServer | null
}

/** `meet` opens the dialog for devices that no server introduces. */
export function createInvitePanel(invitation: () => Invitation | null, meet: () => void): void {
  const dialog = byId('invitation', HTMLDialogElement)
  const link = byId('invitation-link', HTMLInputElement)
  const copy = byId('invitation-copy', HTMLButtonElement)
  const invite = byId('invite', HTMLButtonElement)

  invite.addEventListener('click', () => {
    const to = invitation()
    if (to === null) return
    link.value = linkFor(to, location)
    setText(byId('invitation-text', HTMLElement), explain(to))
    setText(copy, 'Copy')
    dialog.showModal()
    link.select()
  })
  byId('invitation-meet', HTMLButtonElement).addEventListener('click', () => {
    dialog.close()
    meet()
  })
  dialog.addEventListener('click', event => {
    if (event.target === dialog) dialog.close()
  })
  onClick(copy, async () => {
    await navigator.clipboard.writeText(link.value)
    setText(copy, 'Copied')
  })
}

/** A page that was opened as localhost is invited to by an address that others know, if there is one. */
function linkFor({ address, server }: Invitation, here: Location): string {
  const isLocal = /^(localhost|127\.|\[::1\])/.test(here.hostname)
  const [abroad] = server?.pages ?? []
  if (!isLocal || abroad === undefined || server === null)
    return linkTo(here.href.replace(/#.*/, ''), address)
  const signal = address.signal === server.signal ? sameHost(server.signal, abroad) : address.signal
  return linkTo(abroad, { ...address, signal })
}

function sameHost(signal: string, page: string): string {
  const url = new URL(signal)
  url.host = new URL(page).host
  return url.href
}

function explain({ address, server }: Invitation): string {
  if (address.signal === null)
    return 'This page comes from a server without signaling: by this link only tabs of this browser join. Other devices come in by codes.'
  if (server !== null && server.pages.length === 0)
    return (
      'Opens in any browser of this machine and joins this ensemble. ' +
      'For phones and other machines start the demo with --host 0.0.0.0 --https.'
    )
  const whoever = 'Whoever opens this link joins the ensemble.'
  return address.secret === null
    ? `${whoever} So may anybody who knows the name of the room. The server only introduces devices; what is written goes between them.`
    : `${whoever} It carries the secret of the room: send it as you would a password. The server introduces devices, and reads nothing.`
}
