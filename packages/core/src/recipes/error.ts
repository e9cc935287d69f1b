/** The one thing of the client that recipes use as they run; all else of it is types. */
export { KeeperError } from '../client/error.ts'
