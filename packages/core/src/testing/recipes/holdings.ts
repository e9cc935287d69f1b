/**
 * Who believes to hold what, as its users saw it, against what the tree says: a hold counts from the moment in which its user
 * had it until the user gave it back, or its znode is gone. Does not know what is held.
 */
import type { Stage } from './exercise.ts'

export interface Holding {
  /** The znode below which holds are made. */
  readonly line: string
  readonly holder: string
  /** The holder's. */
  readonly session: number
  readonly kind: string
  /** The czxid of its znode. */
  readonly token: number
  readonly signal: AbortSignal
}

export class Holdings {
  readonly #stage: Stage
  readonly #open = new Set<Holding>()
  /** Every token that was ever seen, by line. */
  readonly #seen = new Set<string>()

  constructor(stage: Stage) {
    this.#stage = stage
  }

  /** A user has it from now on. No two holds ever have the same token. */
  begin(holding: Holding): Holding {
    const key = `${holding.line} ${holding.token}`
    if (this.#seen.has(key)) this.#stage.fail('token', `${shown(holding)}: that token was held before`)
    this.#seen.add(key)
    this.#open.add(holding)
    return holding
  }

  /** It is given back, or was lost. */
  end(holding: Holding): void {
    this.#open.delete(holding)
  }

  /**
   * Nobody else holds of `holding.line` what does not go together with it. Who overslept its own loss holds nothing, whatever
   * it believes: it has the smaller token.
   */
  alone(holding: Holding, goTogether: (other: Holding) => boolean = () => false): void {
    const holders = this.holders(holding.line)
    if (!holders.includes(holding)) return
    const rival = holders.find(other => other !== holding && !goTogether(other))
    if (rival !== undefined) this.#stage.fail('exclusion', `${shown(holding)} beside ${shown(rival)}`)
  }

  /** Who holds of `line`, by the tree. */
  holders(line: string): readonly Holding[] {
    const there = this.#tokensIn(line)
    return [...this.#open].filter(each => each.line === line && there.has(each.token))
  }

  /** Those whose signal says that they are held, to pages that live, while the tree says that they are not. */
  mistakes(): readonly string[] {
    return [...this.#open]
      .filter(({ signal, session }) => !signal.aborted && this.#stage.isAlive(session))
      .filter(({ line, token }) => !this.#tokensIn(line).has(token))
      .map(shown)
  }

  #tokensIn(line: string): ReadonlySet<number> {
    const { world } = this.#stage
    const tokens = new Set<number>()
    for (const name of world.peek(line)?.children ?? []) {
      const znode = world.peek(`${line}/${name}`)
      if (znode !== null) tokens.add(znode.stat.czxid)
    }
    return tokens
  }
}

const shown = ({ line, holder, kind, token }: Holding): string => `${holder} has ${kind} ${token} of ${line}`
