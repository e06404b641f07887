import { describe, expect, it } from 'vitest'
import { AppError } from '../model/app-error.ts'
import { parseManifest } from './manifest.ts'

const good = {
  format: 'lsnap',
  version: '1.0',
  minReader: '1.0',
  id: 'one',
  createdAt: '2026-01-02T03:04:05.000Z',
  app: { name: 'Landscope', version: '0.1.0' },
  title: 'A night',
  from: '2026-01-02T01:00:00.000Z',
  to: '2026-01-02T03:00:00.000Z',
  zone: 'UTC',
  redaction: { profile: 'internal', counts: {} },
  moments: [],
  instances: [],
  collections: [{ system: 'kafka', name: 'topics', rows: 3, entries: ['records/kafka.topics.parquet'] }],
  entries: [{ name: 'records/kafka.topics.parquet', bytes: 12, sha256: 'a'.repeat(64), rows: 3 }],
}
const refusal = (value: unknown): AppError['data'] => {
  try {
    parseManifest(value)
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown.data
    throw thrown
  }
  throw new Error('it was accepted')
}

describe('parseManifest', () => {
  it('gives a manifest back as it is', () => {
    expect(parseManifest(good)).toEqual({ manifest: good, ignored: [] })
  })

  it('refuses a newer major version and names the version it needs', () => {
    const said = refusal({ ...good, version: '2.1', minReader: '2.0', entries: 'of a shape nobody knows yet' })
    expect(said.code).toBe('unsupported')
    expect(said.message).toContain('2.0')
  })

  it('refuses a minor version that says older readers cannot read it', () => {
    expect(refusal({ ...good, version: '1.3', minReader: '1.2' }).message).toContain('1.2')
  })

  it('opens a newer minor version and lists what it left out', () => {
    const { manifest, ignored } = parseManifest({ ...good, version: '1.7', weather: { rain: true } })
    expect(manifest.version).toBe('1.7')
    expect(ignored).toEqual(['manifest: weather'])
  })

  it.each([
    ['nothing', null],
    ['a list', []],
    ['another format', { ...good, format: 'zip' }],
    ['no versions', { ...good, version: undefined }],
    ['a hash that is none', { ...good, entries: [{ name: 'a.json', bytes: 1, sha256: 'x' }] }],
    ['negative rows', { ...good, collections: [{ system: 'kafka', name: 'topics', rows: -1, entries: [] }] }],
    ['a script as a system', { ...good, collections: [{ system: '<script>', name: 'topics', rows: 1, entries: [] }] }],
    ['a path as a collection', { ...good, collections: [{ system: 'kafka', name: '../x', rows: 1, entries: [] }] }],
    ['a time that is none', { ...good, from: 'yesterday' }],
    ['too many entries', { ...good, entries: Array.from({ length: 20_001 }, () => good.entries[0]) }],
  ])('refuses %s', (_what, value) => {
    expect(refusal(value).code).toBe('refused')
  })

  it('is not led into all objects by a __proto__ key', () => {
    parseManifest(JSON.parse(JSON.stringify(good).replace('"moments"', '"__proto__":{"polluted":1},"moments"')))
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
})
