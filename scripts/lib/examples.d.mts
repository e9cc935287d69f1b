/** Where an example stands, and what it says. */
export interface Example {
  readonly file: string
  readonly line: number
  readonly code: string
}

export function writeExamples(folder: string): Promise<readonly Example[]>
