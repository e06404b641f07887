import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { compact } from './compact.ts'

const megabyte = 1024 * 1024
let folder = ''
let path = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'compact-'))
  path = join(folder, 'store.duckdb')
})
afterEach(() => rm(folder, { recursive: true }))

/** Runs statements in the file and closes it cleanly; answers the value of the last one. */
async function inFile(...statements: readonly string[]): Promise<unknown> {
  const instance = await DuckDBInstance.create(path)
  const c = await instance.connect()
  let last: unknown
  for (const sql of statements) last = (await c.runAndReadAll(sql)).getRows()[0]?.[0]
  c.closeSync()
  instance.closeSync()
  return last
}
const kept = 'select sum(hash(i))::varchar from t where i % 100 = 0'
const fill = 'create table t as select range as i, md5(range::varchar) as m from range(300000)'

it('writes a file that is mostly free anew, with all that is in it', async () => {
  // What stays lies behind what goes: the file cannot simply be cut.
  await inFile('create table gone as select md5(range::varchar) as m from range(600000)', 'checkpoint')
  const before = await inFile('create table t as select range as i from range(1000)', 'create sequence s start 7', 'checkpoint', kept)
  await inFile('drop table gone', 'checkpoint')
  const { size } = await stat(path)
  expect(await compact(path, {}, megabyte)).toBe(true)
  expect((await stat(path)).size).toBeLessThan(size / 2)
  expect(await inFile(kept)).toBe(before)
  expect(await inFile("select nextval('s')::integer")).toBe(7)
})

it('leaves a full file, a small file and one that is not there alone', async () => {
  expect(await compact(path, {}, megabyte)).toBe(false)
  await inFile(fill, 'checkpoint')
  const { size } = await stat(path)
  expect(await compact(path, {}, megabyte)).toBe(false)
  expect(await compact(path, {})).toBe(false)
  expect((await stat(path)).size).toBe(size)
})
