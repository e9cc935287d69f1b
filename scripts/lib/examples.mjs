// The examples of the documents: every block of TypeScript in Markdown and in docstrings, as a module of its own;
// and the apps in examples.
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './run.mjs'

const unread = ['node_modules', 'dist', '.git', '.tmp', 'test-results', '.changeset', 'reference']

/** @returns {{file: string, line: number, language: 'ts' | 'tsx', code: string}[]} */
export function examples() {
  return [...documents(root)].flatMap(path => {
    const file = relative(root, path).replaceAll('\\', '/')
    return blocks(readFileSync(path, 'utf8')).map(block => ({ file, ...block }))
  })
}

/** The doors from which an example may take names without saying so, where its text says which door it is about. */
const doorNames = ['@peerkeeper/core', '@peerkeeper/core/recipes', '@peerkeeper/webrtc', '@peerkeeper/react']

/**
 * Writes all examples into `folder`, which sees the packages, with a tsconfig.json that checks them. Names of files tell where
 * each is from. What is built is what they are checked against.
 */
export async function writeExamples(folder) {
  const require = createRequire(join(root, 'e2e', 'package.json'))
  const doors = await Promise.all(
    doorNames.map(async name => ({ name, values: Object.keys(await import(urlOf(require, name))) })),
  )
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const all = examples()
  for (const { file, line, language, code } of all)
    writeFileSync(
      join(folder, nameOf(file, line, language)),
      `${importsFor(code, doors)}${code}\nexport {}\n`,
    )
  const config = {
    extends: relative(folder, join(root, 'tsconfig.base.json')),
    compilerOptions: {
      lib: ['ES2023', 'ESNext.Disposable', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
      types: ['node'],
      typeRoots: [join(root, 'node_modules', '@types')],
      composite: false,
      noEmit: true,
      noUnusedLocals: false,
      noUnusedParameters: false,
      rewriteRelativeImportExtensions: false,
      jsx: 'react-jsx',
    },
    include: ['**/*.ts', '**/*.tsx'],
  }
  const filter = path => !unread.includes(basename(path)) && basename(path) !== 'vite.config.ts'
  cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true, filter })
  copyFileSync(join(root, 'docs', 'examples.d.ts'), join(folder, 'given.d.ts'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config, null, 2))
  return all
}

const nameOf = (file, line, language) => `${file.replaceAll(/[/.]/g, '_')}_line_${line}.${language}`

/** Imports, on one line, of what `code` uses of the doors and neither imports nor declares. */
function importsFor(code, doors) {
  const used = new Set(code.match(/[A-Za-z]\w*/g))
  const own = new Set(
    [...code.matchAll(/(?:import(?: type)? \{([^}]*)\}|(?:const|let|function|class) (\w+))/g)].flatMap(
      ([, imported, declared]) => imported?.match(/\w+/g) ?? [declared],
    ),
  )
  const lines = doors.flatMap(({ name, values }) => {
    const wanted = values.filter(value => used.has(value) && !own.has(value))
    return wanted.length === 0 ? [] : [`import { ${wanted.join(', ')} } from '${name}';`]
  })
  return lines.length === 0 ? '' : `${lines.join(' ')}\n`
}

const urlOf = (require, name) => pathToFileURL(require.resolve(name)).href

/** Fenced blocks, also behind the stars of a docstring. */
function blocks(text) {
  const found = []
  let block = null
  text.split('\n').forEach((line, index) => {
    const bare = line.replace(/^ *\* ?/, '')
    const [, , language] = /^(```|~~~)(tsx?)$/.exec(bare.trim()) ?? []
    if (block === null && language) block = { line: index + 1, language, code: [] }
    else if (block !== null && /^(```|~~~)$/.test(bare.trim())) {
      found.push({ ...block, code: block.code.join('\n') })
      block = null
    } else block?.code.push(/^ *\*/.test(line) && line.startsWith(' ') ? bare : line)
  })
  return found
}

function* documents(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !unread.includes(entry.name)) yield* documents(path)
    else if (entry.name.endsWith('.md')) yield path
    else if (/\.tsx?$/.test(entry.name) && path.includes(`${'/'}src${'/'}`)) yield path
  }
}
