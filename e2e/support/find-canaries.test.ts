import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ZipFile } from 'yazl'
import { makeExport } from './exported-span.ts'
import { findCanaries, findInBytes, makeCanaries, plantedCanaries } from './find-canaries.ts'

const [canary = '', other = ''] = makeCanaries(2, 7)
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'landscope-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function zipOf(content: Buffer, compress: boolean): Promise<Buffer> {
  const zip = new ZipFile()
  zip.addBuffer(content, 'inner.json', { compress })
  zip.end()
  const chunks: Buffer[] = []
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

describe('findCanaries', () => {
  it.each<[string, (secret: string) => Buffer]>([
    ['raw', (s) => Buffer.from(`x${s}y`)],
    ['URL-encoded', (s) => Buffer.from(`?a=${encodeURIComponent(s)}`)],
    ['URL-encoded in full', (s) => Buffer.from([...Buffer.from(s)].map((b) => `%${b.toString(16).toUpperCase()}`).join(''))],
    ['JSON text', (s) => Buffer.from(JSON.stringify({ a: s }).replaceAll('/', '\\/'))],
    ['hexadecimal', (s) => Buffer.from(Buffer.from(s).toString('hex').toUpperCase())],
    ['two bytes a character', (s) => Buffer.from(s, 'utf16le')],
    ['base64, shifted by 0', (s) => Buffer.from(Buffer.from(`${s}tail`).toString('base64'))],
    ['base64, shifted by 1', (s) => Buffer.from(Buffer.from(`1${s}`).toString('base64'))],
    ['base64, shifted by 2', (s) => Buffer.from(Buffer.from(`user:${s}!`).toString('base64'))],
    ['base64url, shifted by 0', (s) => Buffer.from(Buffer.from(`abc${s}`).toString('base64url'))],
  ])('finds one that stands there %s', (form, write) => {
    const found = findInBytes(write(canary), [canary, other], 'there')
    expect(found.map((one) => one.form)).toContain(form)
    expect(found.every((one) => one.canary === canary)).toBe(true)
  })

  it.each<[string, () => Promise<Buffer>]>([
    ['an inflated entry of an archive', () => zipOf(Buffer.from(canary.repeat(50)), true)],
    ['a stored entry of an archive', () => zipOf(Buffer.from(canary), false)],
    ['an archive in an archive', async () => await zipOf(await zipOf(Buffer.from(canary.repeat(50)), true), true)],
    ['a gzip file', async () => gzipSync(canary.repeat(50))],
  ])('finds one in %s', async (_what, make) => {
    writeFileSync(join(folder, 'file'), await make())
    expect((await findCanaries(folder, [canary, other])).map((one) => one.canary)).toContain(canary)
  })

  it('finds one in a cell of a compressed table, deep in a folder', async () => {
    mkdirSync(join(folder, 'deep'))
    const rows = Array.from({ length: 500 }, () => [canary])
    await makeExport(join(folder, 'deep'), [{ entry: 'records/toy.settings.parquet', columns: { value: 'varchar' }, rows }])
    expect((await findCanaries(folder, [canary])).some((one) => one.where.includes('its cells'))).toBe(true)
  })

  it('finds nothing where there is nothing', async () => {
    writeFileSync(join(folder, 'file'), await zipOf(Buffer.from('nothing to see'), true))
    expect(await findCanaries(folder, [canary, other])).toEqual([])
  })

  it('plants twenty different ones, each in its text', () => {
    const planted = plantedCanaries(1)
    expect(new Set(planted.map((one) => one.canary)).size).toBe(20)
    for (const { canary: planted20, text } of planted) expect(findInBytes(Buffer.from(text), [planted20], 'text')).not.toEqual([])
  })
})
