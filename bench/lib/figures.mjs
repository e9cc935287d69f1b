// All figures of a run: each by its side and name, one value a round, and their median.

export class Figures {
  /** @type {Map<string, { side: string, name: string, unit: string, rounds: number[] }>} */
  #all = new Map()
  /** @type {Map<string, number>} Errors by what they said. */
  #errors = new Map()

  /** @param {string} side @param {string} name @param {string} unit @param {number | null} value nothing where null */
  add(side, name, unit, value) {
    if (value === null) return
    const key = `${side} ${name}`
    const known = this.#all.get(key)
    if (known) known.rounds.push(value)
    else this.#all.set(key, { side, name, unit, rounds: [value] })
  }

  /** @param {string} side @param {string} name @param {import('../shared/load.mjs').LoadResult} result */
  addLatency(side, name, result) {
    this.add(side, `${name} p50`, 'ms', result.p50)
    this.add(side, `${name} p99`, 'ms', result.p99)
    this.#addErrors(side, result)
  }

  /** Of several clients at once: what they did together. */
  addThroughput(side, name, results) {
    this.add(side, name, '/s', sum(results.map(({ perSecond }) => perSecond)))
    for (const result of results) this.#addErrors(side, result)
  }

  /** The median over the rounds; null where it was not measured. */
  median(side, name) {
    return median(this.#all.get(`${side} ${name}`)?.rounds ?? [])
  }

  max(side, name) {
    const rounds = this.#all.get(`${side} ${name}`)?.rounds ?? []
    return rounds.length === 0 ? null : Math.max(...rounds)
  }

  get errors() {
    return [...this.#errors].map(([what, count]) => ({ what, count }))
  }

  toJSON() {
    return [...this.#all.values()].map(each => ({ ...each, median: median(each.rounds) }))
  }

  /** Something that was to be measured and was not, and why. */
  addError(side, error, count = 1) {
    const what = `${side}: ${error}`
    this.#errors.set(what, (this.#errors.get(what) ?? 0) + count)
  }

  #addErrors(side, { errors, firstError }) {
    if (errors > 0) this.addError(side, firstError, errors)
  }
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length === 0) return null
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

const sum = values => values.reduce((total, each) => total + each, 0)
