/** Znodes and lists of children as stores, one for each path, whoever looks. */
import type { Keeper } from '@peerkeeper/core'
import { liveTreeOf } from './live-tree.ts'
import { Shared, type Store } from './store.ts'
import {
  type ChildrenView,
  changedChildren,
  changedZnode,
  childrenView,
  loadingChildren,
  loadingZnode,
  type ZnodeView,
  znodeView,
} from './views.ts'

const znodes = new Shared<ZnodeView>(loadingZnode)
const lists = new Shared<ChildrenView>(loadingChildren)

/** The znode at `path`, as bytes. Without a keeper or a path it stays `loading`. */
export const znodeStore = (keeper: Keeper | null, path: string | null): Store<ZnodeView> =>
  znodes.at(keeper, path, (keeper, path) => publish => {
    let view = loadingZnode as ZnodeView
    return liveTreeOf(keeper).follow('get', path, (reading, isLive) => {
      view = changedZnode(view, znodeView(reading, isLive))
      publish(view)
    })
  })

/** The names of the children of `path`. Without a keeper or a path it stays `loading`. */
export const childrenStore = (keeper: Keeper | null, path: string | null): Store<ChildrenView> =>
  lists.at(keeper, path, (keeper, path) => publish => {
    let view = loadingChildren
    return liveTreeOf(keeper).follow('children', path, (reading, isLive) => {
      view = changedChildren(view, childrenView(reading, isLive))
      publish(view)
    })
  })
