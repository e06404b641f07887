/** Reads the project's source files and what each imports, for the structure tests. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'

export interface Source {
  /** Path from the project's root, with `/`. */
  readonly path: string
  readonly text: string
  /** Package names, or paths from the root for relative imports. */
  readonly imports: readonly string[]
  /** Those of `imports` that survive compilation (not `import type`). */
  readonly runtime: readonly string[]
}

export const root = join(import.meta.dirname, '../..')
const rooms = ['shared', 'src-main', 'src-renderer', 'e2e']
const importing = /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g

function walk(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((e) => {
    const path = `${folder}/${e.name}`
    if (e.isDirectory()) return e.name === 'node_modules' || e.name === 'fixtures' ? [] : walk(path)
    return /\.(ts|tsx)$/.test(e.name) && !e.name.endsWith('.d.ts') ? [path] : []
  })
}

function read(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8')
  const imports: string[] = []
  const runtime: string[] = []
  for (const [, isType, from, dynamic] of text.matchAll(importing)) {
    const name = from ?? dynamic
    if (name === undefined) continue
    const bare = name.replace(/\?.*$/, '')
    const resolved = bare.startsWith('.') ? relative(root, normalize(join(root, dirname(path), bare))).replaceAll('\\', '/') : bare
    imports.push(resolved)
    if (!isType) runtime.push(resolved)
  }
  return { path, text, imports, runtime }
}

/** Every TypeScript source of the project, tests included. */
export const sources: readonly Source[] = rooms.flatMap(walk).map(read)
/** The same without tests and what stands beside them only for tests. */
export const productSources = sources.filter(
  (s) => !s.path.startsWith('e2e/') && !/\.test\.tsx?$/.test(s.path) && !/\/(conformance|toy|dev)\//.test(s.path),
)
