// The rules of docs/spec and the tests hold each other: every rule has a test whose title begins with its id, every id has a rule,
// and so has every id that a document names.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run.mjs'

const ruleId = /[A-Z][A-Z0-9]+-\d+/
const rulePattern = new RegExp(`^- \\*\\*(${ruleId.source})\\*\\*`, 'gm')
/** What a test is called with first: the ids at the beginning of a title, or the id of a case of a contract. */
const titlePattern = new RegExp(
  `(?:\\(\\s*[\`'"]((?:${ruleId.source}[ ,]+)+)|^ *id: '(${ruleId.source})',$)`,
  'gm',
)

/** Complaints about rules without tests and ids without rules. */
export function checkSpec() {
  const spec = specText()
  const rules = [...spec.matchAll(rulePattern)].map(([, id]) => id)
  const complaints = rules
    .filter((id, index) => rules.indexOf(id) !== index)
    .map(id => `docs/spec: ${id} is there twice`)
  const tested = new Set()
  for (const file of testFiles(root)) {
    for (const [, title, ofCase] of readFileSync(file, 'utf8').matchAll(titlePattern)) {
      for (const [id] of (title ?? ofCase).matchAll(new RegExp(ruleId, 'g'))) {
        tested.add(id)
        if (!rules.includes(id)) complaints.push(`${file}: ${id} is no rule of docs/spec`)
      }
    }
  }
  const untested = rules.filter(id => !tested.has(id)).map(id => `docs/spec: ${id} has no test`)
  return [...complaints, ...untested, ...citations(rules)]
}

/** Complaints about documents that name a rule of a family that there is, and there is no such rule. */
function citations(rules) {
  const families = new Set(rules.map(familyOf))
  const folder = join(root, 'docs')
  const documents = readdirSync(folder).filter(name => name.endsWith('.md'))
  return documents.flatMap(name => {
    const cited = readFileSync(join(folder, name), 'utf8').match(new RegExp(`\\b${ruleId.source}\\b`, 'g'))
    const unknown = [...new Set(cited)].filter(id => families.has(familyOf(id)) && !rules.includes(id))
    return unknown.map(id => `docs/${name}: ${id} is no rule of docs/spec`)
  })
}

const familyOf = id => id.slice(0, id.indexOf('-'))

/** All rule files, one after the other. */
function specText() {
  const folder = join(root, 'docs', 'spec')
  const files = readdirSync(folder).filter(name => name.endsWith('.md'))
  return files.map(name => readFileSync(join(folder, name), 'utf8')).join('\n')
}

function* testFiles(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !['node_modules', 'dist', '.git', '.tmp'].includes(entry.name))
      yield* testFiles(path)
    else if (/\.(test|spec)\.ts$/.test(entry.name) || /-contract(\.ts$|\/)/.test(path)) yield path
  }
}
