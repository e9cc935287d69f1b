/** The door for pages under test: what an app wraps its transports in so that tests can cut them. */
export { type Cut, type FaultyTransport, faulty } from './faulty.ts'
