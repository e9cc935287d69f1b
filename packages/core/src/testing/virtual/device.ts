/**
 * A device of a virtual world: one replica, and the pages that have a seat at it. Each runs in a process of its own. Does not
 * know the other devices.
 */

import type { NodeKey } from '../../host/identity-key.ts'
import { publicKeyBytes, signatureBytes } from '../../host/identity-key.ts'
import type { Proofs } from '../../host/proofs.ts'
import type { MemoryDisk } from '../../host/storage/memory.ts'
import type { MintedNode } from '../../host/worker/names.ts'
import type { ReplicaStatus } from '../../host/worker/protocol.ts'
import { type NodeId, nodeId } from '../../logic/base/ids.ts'
import type { Chance } from '../../sim/chance.ts'
import type { Trace } from '../../sim/trace.ts'
import { InProcessReplica, type ReplicaOptions } from '../replica.ts'
import type { Mesh } from './mesh.ts'
import { VirtualPage, type VirtualSeat } from './page.ts'
import { openStream } from './port.ts'
import { VirtualProcess } from './process.ts'
import { createVirtualStorage, type VirtualStorage } from './storage.ts'
import type { VirtualTime } from './time.ts'

export interface DeviceParts {
  readonly time: VirtualTime
  readonly trace: Trace
  readonly mesh: Mesh
  readonly chance: Chance
  /** How long the next write of any device takes. */
  diskMs(): number
  randomId(): string
  /** What replicas show each other to be themselves; here nobody looks. */
  readonly key: NodeKey
}

export class VirtualDevice {
  readonly #parts: DeviceParts
  readonly #replica: InProcessReplica
  readonly #pages = new Set<VirtualPage>()
  /** Its replica's, from start to end. */
  #process: VirtualProcess | null = null
  #storage: VirtualStorage | null = null
  #isFrozen = false
  #lives = 1

  constructor(options: Omit<ReplicaOptions, 'place'>, parts: DeviceParts) {
    this.#parts = parts
    this.#replica = new InProcessReplica({ ...options, place: () => this.#place() })
  }

  get node(): NodeId {
    return this.#replica.node
  }

  get replica(): InProcessReplica {
    return this.#replica
  }

  get isRunning(): boolean {
    return this.#process !== null
  }

  get isFrozen(): boolean {
    return this.#isFrozen
  }

  get status(): ReplicaStatus | null {
    return this.#replica.status
  }

  /** Starts the replica from what is on its disk; pages that are there take their seats. */
  async start(): Promise<void> {
    if (this.#process !== null) return
    this.#note('starts')
    await this.#replica.start()
    for (const page of this.#pages) page.sit()
  }

  /** Opens a page. */
  openPage(): VirtualPage {
    const process = new VirtualProcess(this.#parts.time)
    if (this.#isFrozen) process.freeze()
    const { randomId } = this.#parts
    const page = new VirtualPage({ process, randomId, seat: own => this.#seat(own) })
    this.#pages.add(page)
    return page
  }

  /** The page is gone: without a word, where it was not closed before. */
  dropPage(page: VirtualPage): void {
    page.process.kill()
    this.#pages.delete(page)
  }

  has(page: VirtualPage): boolean {
    return this.#pages.has(page)
  }

  /** The replica's process is gone; pages stay. */
  crash(): void {
    if (this.#process === null) return
    this.#note('crashes')
    this.#process.kill()
    this.#storage?.crash(this.#parts.chance.happens(0.5))
    this.#replica.crash()
    this.#process = null
    this.#storage = null
  }

  /** It is closed in order: its pages go, and its replica has itself taken out before it ends. */
  async leave(): Promise<void> {
    this.#note('leaves')
    for (const page of this.#pages) this.dropPage(page)
    await this.#replica.leave()
    this.kill()
  }

  /** The device is gone, with all that runs on it. */
  kill(): void {
    this.crash()
    for (const page of this.#pages) this.dropPage(page)
    this.#isFrozen = false
  }

  freeze(): void {
    this.#note('freezes')
    this.#isFrozen = true
    for (const process of this.#processes()) process.freeze()
  }

  thaw(): void {
    this.#note('thaws')
    this.#isFrozen = false
    for (const process of this.#processes()) process.thaw()
  }

  /** Its disk is lost, and its replica with it. */
  wipe(): void {
    this.kill()
    this.#note('loses its disk')
    this.#replica.wipe(this.#mint())
  }

  /** Another replica of this device than there was. */
  #mint(): MintedNode {
    const [name = ''] = this.node.split('-life')
    return { node: nodeId(`${name}-life${++this.#lives}`), key: this.#parts.key }
  }

  #processes(): readonly VirtualProcess[] {
    const pages = [...this.#pages].map(({ process }) => process)
    return this.#process === null ? pages : [this.#process, ...pages]
  }

  #place() {
    const { time, mesh, diskMs, randomId } = this.#parts
    const process = new VirtualProcess(time)
    if (this.#isFrozen) process.freeze()
    this.#process = process
    return {
      clock: process,
      storage: (disk: MemoryDisk) => {
        const storage = createVirtualStorage({ disk, time, process, diskMs })
        this.#storage = storage
        return storage
      },
      transports: [mesh.transport(process)],
      proofs: honesty,
      randomId,
      mint: async () => this.#mint(),
    }
  }

  #seat(page: VirtualProcess): Promise<VirtualSeat> | null {
    const host = this.#process
    if (host === null) return null
    const [port, far] = openStream(page, host, this.#parts.chance)
    return this.#replica.attach(far).then(opening => ({ opening, port }))
  }

  #note(what: string): void {
    this.#parts.trace.note(this.node, what)
  }
}

/** Signatures take real time and differ each time: here everybody is who it says. */
const honesty: Proofs = {
  publicKey: new Uint8Array(publicKeyBytes),
  sign: async () => new Uint8Array(signatureBytes),
  isBy: async () => true,
}
