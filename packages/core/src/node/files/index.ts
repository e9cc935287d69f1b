/** The door of @peerkeeper/core/files: how this project's programs in Node keep a file. */
export { type FileFacts, type Files, nodeFiles, type OpenFile } from './file-system.ts'
export { isCode } from './is-code.ts'
export { type FileLock, lockFile } from './lock.ts'
export { replaceFile } from './replace.ts'
