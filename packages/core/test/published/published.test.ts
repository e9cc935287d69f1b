import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { writeExamples } from '../../../../scripts/lib/examples.mjs'
import { publishedPackages } from '../../../../scripts/lib/pack.mjs'

const root = fileURLToPath(new URL('../../../..', import.meta.url))

describe('packages as they are published', () => {
  for (const { folder, manifest } of publishedPackages())
    test(`PACK-1 ${manifest.name}: each door has its types first, and a module`, () => {
      for (const [door, targets] of Object.entries(manifest.exports)) {
        if (door === './package.json') continue
        expect(Object.keys(targets), door).toEqual(['types', 'default'])
        for (const target of Object.values(targets)) {
          expect(target).toMatch(/^\.\/dist\/.+\.(d\.ts|js)$/)
          const source = target.replace('./dist/', 'src/').replace(/\.(d\.ts|js)$/, '.ts')
          expect(existsSync(join(folder, source)), `${door} is made of ${source}`).toBe(true)
        }
      }
      expect(manifest.exports).toHaveProperty(['.'])
      expect(manifest.type).toBe('module')
      expect(manifest.files).toContain('dist')
      for (const version of Object.values(manifest.dependencies ?? {}))
        expect(version).not.toMatch(/^(workspace|file|link):/)
      for (const file of ['README.md', 'LICENSE']) expect(existsSync(join(folder, file)), file).toBe(true)
      expect(readFileSync(join(folder, 'LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'))
    })
})

test('PACK-2 the examples in the documents and docstrings compile', { timeout: 120_000 }, async () => {
  const folder = join(root, 'e2e', '.tmp', 'examples')
  const written = await writeExamples(folder)
  expect(written.length).toBeGreaterThan(30)
  expect(new Set(written.map(({ file }) => file))).toContain('README.md')
  let complaints = ''
  try {
    execFileSync(join(root, 'node_modules', '.bin', 'tsc'), ['-p', folder], { encoding: 'utf8' })
  } catch (error) {
    complaints = String((error as { stdout?: unknown }).stdout)
  }
  expect(complaints).toBe('')
})
