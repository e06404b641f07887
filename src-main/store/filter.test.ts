import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AppError } from '../../shared/model/app-error.ts'
import { unknown } from '../../shared/model/known.ts'
import { encode } from './columns.ts'
import { openStore } from './open-store.ts'
import type { Store } from './store-types.ts'
import { toy } from './toy.ts'
import { job } from './toy-rows.ts'

let folder = ''
let store: Store
const at = new Date(Date.UTC(2026, 0, 1))
const rows = [
  job('alpha', { lag: 9_007_199_254_740_993n, price: '0.30', tags: ['hot'] }),
  job('beta', { lag: unknown('refused'), state: 'failed', took: 90_000 }),
  job('gamma "x"', { lag: -3n, team: unknown('forbidden'), share: unknown('not-yet') }),
  job('δέλτα %_', { on: false, last: unknown('not-recorded') }),
]
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'filter-'))
  store = await openStore({ folder, systems: [toy], now: () => at })
  const round = store.round({ connection: 'east', system: 'toy', instance: 'i-1', title: 'East' }, 'look', at, 20_000)
  await round.stage('jobs', encode(toy.collections.jobs, rows))
  round.cover('jobs', 'all')
  await round.commit(at)
})
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})
const asked = (typed: string) => store.page({ system: 'toy', collection: 'jobs', typed, offset: 0, limit: 100 })
const names = async (typed: string) => (await asked(typed)).rows.map((row) => row.cells[0]).toSorted()

describe('a typed filter', () => {
  it.each([
    ['', ['alpha', 'beta', 'gamma "x"', 'δέλτα %_']],
    ['alp', ['alpha']],
    ['%_', ['δέλτα %_']],
    ['lag>9007199254740992', ['alpha']],
    ['lag>=9007199254740993 state:running', ['alpha']],
    ['lag<0', ['gamma "x"']],
    ['-lag<0', ['alpha', 'δέλτα %_']],
    ['state:failed,idle', ['beta']],
    ['state!=failed', ['alpha', 'gamma "x"', 'δέλτα %_']],
    ['took>1m', ['beta']],
    ['price>0.3', ['beta', 'gamma "x"', 'δέλτα %_']],
    ['tags:hot', ['alpha']],
    ['job~^(alpha|beta)$', ['alpha', 'beta']],
    ['job:"gamma \\"x\\""', ['gamma "x"']],
    ['lag:?', ['beta']],
    ['on:false', ['δέλτα %_']],
  ])('%j finds %j', async (typed, found) => {
    expect(await names(typed)).toEqual(found)
  })

  const term = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc
      .tuple(
        fc.constantFrom('', '-'),
        fc.constantFrom(...Object.keys(toy.collections.jobs.fields), 'nothing', 'connection'),
        fc.constantFrom(':', '=', '!=', '>', '>=', '<', '<=', '~'),
        fc.oneof(
          fc.string({ maxLength: 8 }),
          fc.constantFrom('1k', '-5m', '?', '"', '9'.repeat(30), '(', '[', '1e9', 'true', "'", "'; drop"),
        ),
      )
      .map((parts) => parts.join('')),
  )
  it('either answers or says what is wrong with it, whatever is typed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(term, { maxLength: 3 }), async (terms) => {
        try {
          expect((await asked(terms.join(' '))).total).toBeLessThanOrEqual(rows.length)
        } catch (thrown) {
          if (!(thrown instanceof AppError)) throw thrown
          expect(thrown.data.code).toBe('bad-request')
        }
      }),
      { numRuns: 150 },
    )
  })

  it('takes each row, or its opposite does, or it could not be judged', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('lag', 'share', 'took', 'size'),
        fc.constantFrom('>', '>=', '<', '<=', ':', '!='),
        fc.integer({ min: -5, max: 20 }),
        async (field, operator, value) => {
          const [yes, no] = await Promise.all([asked(`${field}${operator}${value}`), asked(`-${field}${operator}${value}`)])
          expect(yes.unjudged).toBe(no.unjudged)
          expect(yes.total + no.total + yes.unjudged).toBe(rows.length)
        },
      ),
      { numRuns: 60 },
    )
  })
})
