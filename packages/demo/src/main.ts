/** The page: wiring only. */
import { startDemo } from './demo.ts'

startDemo()
