import { describe, expect, it } from 'vitest'
import { nameFault, parseEntryName, partEntry, tableEntry } from './entry-names.ts'

describe('entry names', () => {
  it.each([
    'mimetype',
    'manifest.json',
    'records/kafka.topics.parquet',
    'series/kafka.group-partitions.12.parquet',
    'reads/1.json',
    'schema/kafka.json',
  ])('accepts %s', (name) => {
    expect(nameFault(name, 200)).toBeUndefined()
  })

  it.each([
    '',
    '../x.json',
    'a/../../x.json',
    './x.json',
    '/etc/passwd.json',
    'C:/x.json',
    'c:x.json',
    'a\\b.json',
    '..\\x.json',
    'a//b.json',
    'folder/',
    'x\u0000.json',
    'x\n.json',
    '<script>.json',
    'é.json',
    '.hidden.json',
    'a/.hidden.json',
    'CON.json',
    'a/nul',
    'x.json.',
    'inner.zip',
    'inner.lsnap',
    'run.sh',
    'plain',
    `${'x'.repeat(200)}.json`,
  ])('refuses %j', (name) => {
    expect(nameFault(name, 200)).toBeTypeOf('string')
  })

  it('tells tables and their parts apart', () => {
    const name = tableEntry('series', 'kafka', 'group-partitions')
    expect(parseEntryName(name)).toEqual({ holds: 'series', system: 'kafka', collection: 'group-partitions' })
    expect(parseEntryName(partEntry(name, 2))).toEqual({ holds: 'series', system: 'kafka', collection: 'group-partitions' })
    expect(partEntry(partEntry(name, 2), 3)).toBe('series/kafka.group-partitions.3.parquet')
    expect(parseEntryName('coverage.parquet')).toEqual({ holds: 'table' })
    expect(parseEntryName('reads/1.json')).toEqual({ holds: 'document' })
  })
})
