/** The replica's worker as an app's bundler makes it. */
import '@peerkeeper/core/worker'
