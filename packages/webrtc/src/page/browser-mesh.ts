/** The mesh of a page in a browser: with WebRTC. Wiring only; loaded when somebody is there to be connected with. */
import { type SimplePeerOptions, simplePeerDial } from './link/simple-peer.ts'
import { createPageMesh, type PageMesh, type PageMeshOptions } from './page-mesh.ts'

export function browserMesh(rtc: SimplePeerOptions): (options: PageMeshOptions) => PageMesh {
  const dial = simplePeerDial(rtc)
  return options => createPageMesh({ ...options, dial })
}
