/** Why a foundings file cannot be used. */
export class FoundingsError extends Error {
  override readonly name = 'FoundingsError'
  readonly code: 'locked' | 'corrupt' | 'changed'

  /** `message` is for who runs the server: it names the file and the way out. */
  constructor(code: FoundingsError['code'], message: string) {
    super(message)
    this.code = code
  }
}
