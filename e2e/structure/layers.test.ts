/** The layers of the design, held by reading imports. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { productSources, root, type Source, sources } from './imports.ts'

const inside = (folder: string) => productSources.filter((s) => s.path.startsWith(folder))
const breaches = (files: readonly Source[], bad: (imported: string, s: Source) => boolean) =>
  files.flatMap((s) => s.imports.filter((i) => bad(i, s)).map((i) => `${s.path} imports ${i}`))

describe('layers', () => {
  test('the walker sees the project', () => {
    expect(productSources.length).toBeGreaterThan(40)
    expect(productSources.some((s) => s.imports.includes('zod'))).toBe(true)
  })

  test('shared imports only itself, zod and the contract library', () => {
    expect(breaches(inside('shared/'), (i) => !i.startsWith('shared/') && !['zod', '@orpc/contract', '@orpc/client'].includes(i))).toEqual(
      [],
    )
  })

  test('only the shell imports electron', () => {
    const outside = productSources.filter((s) => !s.path.startsWith('src-main/shell/'))
    expect(breaches(outside, (i) => i === 'electron')).toEqual([])
  })

  test('a system never imports another', () => {
    const of = (path: string) => /^(?:shared|src-main|src-renderer)\/systems\/([^/]+)\//.exec(path)?.[1]
    expect(breaches(productSources, (i, s) => of(s.path) !== undefined && of(i) !== undefined && of(i) !== of(s.path))).toEqual([])
  })

  test('checks, links, derives and headlines never import a connection', () => {
    const judges = productSources.filter((s) => /^src-main\/systems\/[^/]+\/(checks|links|derive|headline)/.test(s.path))
    expect(judges.length).toBeGreaterThan(0)
    expect(breaches(judges, (i) => /\/connect\.ts$|\/sweeps\/|\/wire\//.test(i))).toEqual([])
  })

  test('only net and served open sockets', () => {
    const doors = ['node:net', 'node:tls', 'node:http', 'node:https', 'node:http2', 'node:dgram', 'ws', 'undici']
    const outside = productSources.filter((s) => !/^src-main\/(net|served)\//.test(s.path))
    const runtime = outside.flatMap((s) => s.runtime.filter((i) => doors.includes(i)).map((i) => `${s.path} imports ${i}`))
    // addresses.ts asks node:net whether a text is an IP address, and opens nothing
    expect(runtime.filter((b) => b !== 'src-main/connections/addresses.ts imports node:net')).toEqual([])
  })

  test('only http and the renderer-free doors call fetch', () => {
    const outside = productSources.filter((s) => s.path.startsWith('src-main/') && !/^src-main\/(http|net)\//.test(s.path))
    expect(outside.filter((s) => /(?<![\w.])fetch\(/.test(s.text)).map((s) => s.path)).toEqual([])
  })

  test('the page never imports the host, and ui and pages know no system', () => {
    expect(breaches(inside('src-renderer/'), (i) => i.startsWith('src-main/') || i.startsWith('node:'))).toEqual([])
    const neutral = [...inside('src-renderer/ui/'), ...inside('src-renderer/pages/'), ...inside('src-renderer/client/')]
    expect(breaches(neutral, (i) => /(shared|src-renderer)\/systems\/[^/]+\//.test(i))).toEqual([])
  })

  test('host rooms never import the page', () => {
    expect(breaches(inside('src-main/'), (i) => i.startsWith('src-renderer/'))).toEqual([])
  })

  test('src-renderer/systems has no layout of its own', () => {
    expect(
      sources.filter((s) => s.path.startsWith('src-renderer/systems/') && s.imports.some((i) => i.endsWith('.css'))).map((s) => s.path),
    ).toEqual([])
  })

  test('no import cycles at run time', () => {
    const graph = new Map(productSources.map((s) => [s.path, s.runtime.filter((i) => i.endsWith('.ts') || i.endsWith('.tsx'))]))
    const state = new Map<string, 'open' | 'done'>()
    const cycles: string[] = []
    const visit = (path: string, trail: readonly string[]): void => {
      if (state.get(path) === 'done') return
      if (state.get(path) === 'open') {
        cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
        return
      }
      state.set(path, 'open')
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
      state.set(path, 'done')
    }
    for (const path of graph.keys()) visit(path, [])
    expect(cycles).toEqual([])
  })
})

describe('files', () => {
  test('no file passes 400 lines without a reason in its head', () => {
    const long = sources.filter((s) => s.text.split('\n').length > 400 && !/over 400 lines because/i.test(s.text.slice(0, 600)))
    expect(long.map((s) => `${s.path} ${s.text.split('\n').length}`)).toEqual([])
  })

  test('no folder or file is named after nothing', () => {
    expect(sources.filter((s) => /(^|\/)(utils?|helpers?|common|lib|misc)(\/|\.tsx?$)/.test(s.path)).map((s) => s.path)).toEqual([])
  })

  test('every file says in its head what it is for', () => {
    const silent = productSources.filter((s) => !/^(#![^\n]*\n)?\s*(\/\*\*|\/\/)/.test(s.text))
    expect(silent.map((s) => s.path)).toEqual([])
  })

  test('nothing in the project is any', () => {
    expect(
      productSources.filter((s) => /(:|<|\bas)\s*any\b/.test(s.text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, ''))).map((s) => s.path),
    ).toEqual([])
  })
})

describe('README', () => {
  const readme = existsSync(join(root, 'README.md')) ? readFileSync(join(root, 'README.md'), 'utf8') : ''

  test('begins with the two commands', () => {
    const head = readme.split('\n').slice(0, 20).join('\n')
    expect(head).toContain('npm ci && npm start')
    expect(head).toContain('npm ci && npm test')
  })

  test('every path it names exists', () => {
    const paths = [...readme.matchAll(/`((?:shared|src-main|src-renderer|e2e|resources)\/[\w./-]+)`/g)].map((m) => m[1] ?? '')
    expect(paths.length).toBeGreaterThan(10)
    expect(paths.filter((p) => !existsSync(join(root, p)))).toEqual([])
  })
})
