/** The hooks on the newest React. */
import './hooks-contract/all.ts'
