/** The door of @peerkeeper/core/node. */
export { createFileStorage, type FileStorageOptions } from './storage/file-storage.ts'
