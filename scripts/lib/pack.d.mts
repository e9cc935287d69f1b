export interface PublishedPackage {
  readonly folder: string
  readonly manifest: {
    readonly name: string
    readonly type: string
    readonly files: readonly string[]
    readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>
    readonly dependencies?: Readonly<Record<string, string>>
  }
}

export function publishedPackages(): readonly PublishedPackage[]
