// Functions that are sent into a replica's worker as text and run there: they count and time its IndexedDB transactions.
// So they use nothing from around them.

/** From now on remembers when each transaction began and completed. */
export function countTransactions() {
  const began = performance.now()
  const times = []
  const { transaction } = IDBDatabase.prototype
  IDBDatabase.prototype.transaction = function (...args) {
    const at = performance.now()
    const made = transaction.apply(this, args)
    made.addEventListener('complete', () => times.push(performance.now() - at))
    return made
  }
  globalThis.benchTransactions = { began, times, transaction }
}

/** What was counted. Ends the counting. */
export function transactionCounts() {
  const { began, times, transaction } = globalThis.benchTransactions
  IDBDatabase.prototype.transaction = transaction
  const elapsedMs = performance.now() - began
  const busy = times.reduce((total, each) => total + each, 0) / elapsedMs
  times.sort((a, b) => a - b)
  const quantile = of => times[Math.floor(times.length * of)] ?? 0
  return { perSecond: (times.length / elapsedMs) * 1_000, p50: quantile(0.5), p99: quantile(0.99), busy }
}
