import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPageFile } from './page-files.ts'

let folder = ''
let root = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'page-files-'))
  root = join(folder, 'renderer')
  await mkdir(join(root, 'assets'), { recursive: true })
  await mkdir(join(folder, 'renderer-old'))
  await writeFile(join(root, 'index.html'), '<!doctype html>')
  await writeFile(join(root, 'assets', 'app-1.js'), 'export {}')
  await writeFile(join(root, 'notes.txt'), 'not of the page')
  await writeFile(join(folder, 'secret.json'), '{}')
  await writeFile(join(folder, 'renderer-old', 'secret.json'), '{}')
  await symlink(join(folder, 'secret.json'), join(root, 'linked.json'))
  await symlink(join(folder, 'renderer-old'), join(root, 'old'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('readPageFile', () => {
  it('answers / with the page', async () => {
    expect(await readPageFile(root, '/')).toMatchObject({ status: 200, type: 'text/html; charset=utf-8' })
  })

  it('answers a script with its type', async () => {
    expect(await readPageFile(root, '/assets/app-1.js')).toMatchObject({ status: 200, type: 'text/javascript; charset=utf-8' })
  })

  it.each([
    '/../secret.json',
    '/..%2fsecret.json',
    '/%2e%2e/secret.json',
    '/assets/%2e%2e/%2e%2e/secret.json',
    '/..\\secret.json',
    '/..%5csecret.json',
    '/assets/../../secret.json',
    '//secret.json',
    '/index.html.',
    '/.hidden.json',
    '/index.html%00.js',
    '/%zz.js',
    '/C:/secret.json',
    'secret.json',
    '',
  ])('refuses the path %j', async (path) => {
    expect(await readPageFile(root, path)).toEqual({ status: 400 })
  })

  it.each(['/linked.json', '/old/secret.json', '/notes.txt', '/assets', '/nothing.js', '/renderer-old/secret.json'])(
    'finds nothing at %j',
    async (path) => {
      expect(await readPageFile(root, path)).toEqual({ status: 404 })
    },
  )

  it('does not take a sibling folder that shares the prefix for its own', async () => {
    await symlink(join(folder, 'renderer-old', 'secret.json'), join(root, 'assets', 'sibling.json'))
    expect(await readPageFile(root, '/assets/sibling.json')).toEqual({ status: 404 })
  })
})
