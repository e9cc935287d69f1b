// The znodes that every side is measured on, and the data written to them.

export const rootPath = '/bench'
export const dataBytes = 100
export const znodeCount = 1_000

/** @param {number} index any count */
export const znodePath = index => `${rootPath}/n${index % znodeCount}`
