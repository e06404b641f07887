// S3, S10, S28: what each built program may import, read from the files that are shipped.
import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkout } from '../support/launch-app.ts'

const out = join(checkout, 'out')

/** Modules that a built program imports, its chunks and theirs included. */
function importsOf(file: string, seen: Set<string> = new Set()): readonly string[] {
  if (seen.has(file)) return []
  seen.add(file)
  const text = readFileSync(file, 'utf8')
  const named = [...text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(["'`])([^"'`\n]+)\1/g)].map((match) => match[2] ?? '')
  return named.flatMap((name) => (name.startsWith('.') ? importsOf(join(dirname(file), name), seen) : [name]))
}

describe('S28 process rights', () => {
  it.each(['host', 'worker', 'reader', 'cli'])('the program %s has nothing of Electron: no window, no clipboard, no shell', (program) => {
    expect(importsOf(join(out, 'main', `${program}.js`)).filter((name) => name === 'electron' || name.startsWith('electron/'))).toEqual([])
  })

  it('the page has no module of Node', () => {
    const assets = readdirSync(join(out, 'renderer', 'assets')).filter((name) => name.endsWith('.js'))
    expect(assets.length).toBeGreaterThan(0)
    const node = new Set([...builtinModules, 'electron'])
    const found = assets.flatMap((name) =>
      importsOf(join(out, 'renderer', 'assets', name)).filter((i) => i.startsWith('node:') || node.has(i)),
    )
    expect(found).toEqual([])
  })

  it('the preload script loads Electron and nothing else', () => {
    expect([...new Set(importsOf(join(out, 'preload', 'preload.cjs')))]).toEqual(['electron'])
  })
})

describe('sources of the shell', () => {
  const folder = join(checkout, 'src-main/shell')
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))

  it('S10 take Electron’s shell in one place only', () => {
    const taking = sources.filter(
      ({ text }) =>
        /import\s*{[^}]*\bshell\b[^}]*}\s*from 'electron'/.test(text) ||
        /openExternal\(/.test(text.replace('shell.openExternal(address)', '')),
    )
    expect(taking.map(({ name }) => name)).toEqual(['link-opener.ts'])
  })

  it('S3 never turn the sandbox off', () => {
    expect(
      sources.filter(({ text }) =>
        /appendSwitch|sandbox:\s*false|nodeIntegration:\s*true|contextIsolation:\s*false|webSecurity:\s*false/.test(text),
      ),
    ).toEqual([])
  })
})
