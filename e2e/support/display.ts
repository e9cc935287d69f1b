/**
 * The program that makes a screen nobody looks at. `XVFB` names it, `missing` says that there is none; finding and installing
 * it is scripts/e2e.mjs's business.
 */
import { env } from 'node:process'

export const displayProgram = env['XVFB'] || 'Xvfb'

export const isDisplayMissing = (): boolean => displayProgram === 'missing'
