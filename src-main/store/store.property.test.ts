import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../shared/model/app-error.ts'
import { isUnknown, unknown } from '../../shared/model/known.ts'
import { openLockedEngine } from '../reader/locked-engine.ts'
import type { AnyRow } from '../triage/judging.ts'
import { encode } from './columns.ts'
import { type Cover, forbidden, Model, type ModelRow } from './model.ts'
import { openFile } from './open-file.ts'
import { openStore } from './open-store.ts'
import type { CoveredData, Queries, Store } from './store-types.ts'
import { toy } from './toy.ts'

const runsWanted = process.env.LANDSCOPE_FULL_COUNTS === '1' ? 200 : 20
const pollMs = 20_000
const start = Date.UTC(2026, 0, 1)
const hosts = ['h1', 'h2', 'h3']
const scopes = ['p', 'q', 'r/s']

const key = fc.record({ scope: fc.constantFrom(...scopes), number: fc.integer({ min: 0, max: 2 }) })
const row = fc.tuple(
  key,
  fc.option(fc.constantFrom(...hosts), { nil: undefined }),
  fc.constantFrom('x', 'y'),
  fc.option(fc.bigInt({ min: 0n, max: 3n }), { nil: undefined }),
)
const cover: fc.Arbitrary<Cover> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ kind: 'all' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'rows' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('scopes' as const), scopes: fc.uniqueArray(fc.constantFrom(...scopes), { minLength: 1 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('except' as const),
      hosts: fc.uniqueArray(fc.constantFrom(...hosts), { minLength: 1, maxLength: 2 }),
    }),
  },
)
const round = fc.record({
  do: fc.constantFrom('put', 'put', 'put', 'put', 'same', 'lacks', 'failed', 'duplicate', 'reopen', 'close'),
  connection: fc.constantFrom('east', 'west'),
  collection: fc.constantFrom('steps', 'steps', 'runs'),
  rows: fc.uniqueArray(row, { selector: ([{ scope, number }]) => `${scope} ${number}`, maxLength: 6 }),
  cover,
  /** Polls until the next round; below 0 the clock goes back. */
  after: fc.constantFrom(1, 1, 1, 1, 0, 2, 5, -3),
})
type Round = typeof round extends fc.Arbitrary<infer R> ? R : never

const isSteps = (collection: string) => collection === 'steps'
function rowsOf(of: Round): readonly ModelRow[] {
  const rows = of.rows.map(([{ scope, number }, at, state, lag]) => {
    const name = isSteps(of.collection) ? `${scope.replace('/', '%2F')}/${number}` : `${scope.replace('/', '%2F')} ${number}`
    return {
      key: name,
      scope: isSteps(of.collection) ? scope.replace('/', '%2F') : '',
      host: at,
      state,
      lag: isSteps(of.collection) ? lag : undefined,
    }
  })
  return rows
}
function plain(of: Round): readonly AnyRow[] {
  return of.rows.map(([{ scope, number }, at, state, lag]) =>
    isSteps(of.collection)
      ? { job: scope, step: BigInt(number), at: at ?? unknown('refused'), state, done: lag ?? unknown('refused', 'b') }
      : { run: `${scope} ${number}`, job: at ?? unknown('refused'), began: new Date(start), ended: unknown('not-yet'), result: state },
  )
}
function coverOf(of: Round): Cover {
  return of.cover.kind === 'scopes' && !isSteps(of.collection) ? { kind: 'all' } : of.cover
}
function covered(of: Round): CoveredData {
  const wanted = coverOf(of)
  if (wanted.kind === 'scopes') return { scopes: wanted.scopes.map((job) => ({ job })) }
  if (wanted.kind !== 'except') return wanted.kind
  return { except: 'hosts', reason: 'unanswered', where: { [isSteps(of.collection) ? 'at' : 'job']: wanted.hosts } }
}
function inModel(wanted: Cover): Cover {
  return wanted.kind === 'scopes' ? { kind: 'scopes', scopes: wanted.scopes.map((scope) => scope.replace('/', '%2F')) } : wanted
}

/** A record as the model writes it. */
async function seenBy(of: Queries, connection: string, collection: string, at: Date | undefined): Promise<readonly unknown[]> {
  const rows = await of.rows('toy', collection, { connection }, at)
  const text = (value: unknown) => (isUnknown(value) ? undefined : value)
  return rows
    .map(({ key: name, row: cells, unseen }) => ({
      key: name,
      host: text(isSteps(collection) ? cells.at : cells.job),
      state: text(isSteps(collection) ? cells.state : cells.result),
      lag: isSteps(collection) ? text(cells.done) : undefined,
      unseen: unseen?.unknown === 'nobody-watching' ? undefined : unseen,
    }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
}
function expected(model: Model, at: number): readonly unknown[] {
  return model
    .at(at)
    .map(({ row: { key: name, host, state, lag }, unseen }) => ({ key: name, host, state, lag, unseen }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
}
function expectedDiff(model: Model, from: number, to: number): readonly string[] {
  const before = new Map(model.at(from).map((span) => [span.row.key, span]))
  const after = new Map(model.at(to).map((span) => [span.row.key, span]))
  return [...new Set([...before.keys(), ...after.keys()])]
    .flatMap((name) => {
      const [a, b] = [before.get(name), after.get(name)]
      const scope = (a ?? b)?.row.scope ?? ''
      const known = model.watched(from, scope, pollMs) && model.watched(to, scope, pollMs)
      if (!known || a?.unseen !== undefined || b?.unseen !== undefined) return [`${name} unseen`]
      if (a === undefined) return [`${name} appeared`]
      if (b === undefined) return [`${name} vanished`]
      return a.row.host !== b.row.host || a.row.state !== b.row.state ? [`${name} changed`] : []
    })
    .sort()
}

/** The Store beside a model a connection and collection. */
class Both {
  readonly folder: string
  store: Store
  #now = start
  /** The last moment a connection was given; one at which nothing was written down is forgotten when the store is opened again. */
  readonly #last = new Map<string, number>()
  #written = 0
  readonly models = new Map<string, Model>()
  readonly versions = new Map<string, number>()
  constructor(folder: string, store: Store) {
    this.folder = folder
    this.store = store
    for (const connection of ['east', 'west'])
      for (const collection of ['steps', 'runs']) this.models.set(`${connection} ${collection}`, new Model(isSteps(collection)))
  }
  static readonly clock = { now: start }
  static async begin(folder: string): Promise<Both> {
    Both.clock.now = start
    return new Both(folder, await openStore({ folder, systems: [toy], now: () => new Date(Both.clock.now) }))
  }
  now(): number {
    return Math.max(this.#now, ...this.#last.values())
  }
  #commitAt(connection: string): number {
    const at = Math.max(this.#now, (this.#last.get(connection) ?? Number.NEGATIVE_INFINITY) + 1)
    this.#last.set(connection, at)
    return at
  }
  async step(of: Round): Promise<void> {
    this.#now += of.after * pollMs
    Both.clock.now = this.#now
    const model = this.models.get(`${of.connection} ${of.collection}`)
    if (model === undefined) return
    if (of.do === 'reopen') return this.#reopen()
    if (of.do === 'close') return this.#closeConnection(of.connection)
    const writer = this.store.round(
      { connection: of.connection, system: 'toy', instance: `i-${of.connection}`, title: of.connection },
      isSteps(of.collection) ? 'steps' : 'look',
      new Date(this.#now),
      pollMs,
    )
    const declared = isSteps(of.collection) ? toy.collections.steps : toy.collections.runs
    const rows = encode(declared, plain(of))
    if (of.do === 'put') {
      await writer.stage(of.collection, rows)
      writer.cover(of.collection, covered(of))
    } else if (of.do === 'same') writer.same(of.collection, covered(of))
    else if (of.do === 'lacks') writer.lacks(of.collection, forbidden)
    else if (of.do === 'duplicate' && of.rows.length > 0) {
      await writer.stage(of.collection, rows)
      await expect(writer.stage(of.collection, rows)).rejects.toMatchObject({ data: { code: 'protocol' } })
      writer.cover(of.collection, 'all')
    }
    const failed = of.do === 'failed' || (of.do === 'duplicate' && of.rows.length === 0)
    const at = this.#commitAt(of.connection)
    const ticks = await writer.commit(new Date(this.#now), failed ? new AppError('timeout', 'no answer').data : undefined)
    this.#checkTicks(ticks)
    const kind = of.do === 'put' || of.do === 'same' || of.do === 'lacks' ? of.do : 'failed'
    this.#written = Math.max(this.#written, at)
    model.apply({ at, kind, rows: rowsOf(of), cover: inModel(coverOf(of)) })
    if (failed && !isSteps(of.collection)) return
    expect(ticks.map(({ collection }) => collection)).toContain(of.collection)
  }
  #checkTicks(ticks: readonly { readonly collection: string; readonly version: number }[]): void {
    for (const { collection, version } of ticks) {
      expect(version).toBeGreaterThan(this.versions.get(collection) ?? 0)
      this.versions.set(collection, version)
    }
  }
  #modelsOf(connection: string): readonly Model[] {
    return [...this.models].filter(([name]) => name.startsWith(`${connection} `)).map(([, model]) => model)
  }
  /** Only what was watched until now can stop being watched. */
  #closed(connection: string, at: number): void {
    for (const model of this.#modelsOf(connection)) {
      if ((model.rounds.at(-1)?.kind ?? 'closed') === 'closed') continue
      model.apply({ at, kind: 'closed', rows: [], cover: { kind: 'rows' } })
      this.#written = Math.max(this.#written, at)
    }
  }
  async #closeConnection(connection: string): Promise<void> {
    const at = this.#commitAt(connection)
    this.#checkTicks(await this.store.closeConnection(connection, new Date(this.#now)))
    this.#closed(connection, at)
  }
  async #reopen(): Promise<void> {
    const at = Math.max(this.#now, ...[...this.#last.values()].map((last) => last + 1))
    await this.store.close()
    for (const connection of this.#last.keys()) this.#closed(connection, at)
    for (const connection of [...this.#last.keys()]) {
      if (this.#modelsOf(connection).every(({ rounds }) => rounds.length === 0)) this.#last.delete(connection)
      else this.#last.set(connection, this.#written + 1)
    }
    this.store = await openStore({ folder: this.folder, systems: [toy], now: () => new Date(Both.clock.now) })
  }
}

async function agree(of: Queries, both: Both, moments: readonly number[], nowToo: boolean): Promise<void> {
  for (const [name, model] of both.models) {
    const [connection = '', collection = ''] = name.split(' ')
    if (nowToo) expect(await seenBy(of, connection, collection, undefined)).toEqual(expected(model, Number.MAX_SAFE_INTEGER))
    for (const at of moments)
      expect(await seenBy(of, connection, collection, new Date(at)), `${name} at ${at - start}`).toEqual(expected(model, at))
  }
  for (const [i, from] of moments.entries()) {
    const to = moments[(i + 1) % moments.length] ?? from
    const diff = await of.diff({ offset: 0, limit: 1_000 }, new Date(from), new Date(to))
    for (const [name, model] of both.models) {
      const [connection = '', collection = ''] = name.split(' ')
      const mine = diff.rows.filter((one) => one.collection === collection && one.urn.startsWith(`urn:ls:toy:i-${connection}:`))
      const said = mine.map(({ urn, what }) => `${urn.split(':').slice(5).join(':')} ${what}`).sort()
      expect(said, `${name} from ${from - start} to ${to - start}`).toEqual(expectedDiff(model, from, to))
    }
  }
}

describe('store, beside a model', () => {
  it('claims exactly what was proved: now, at every moment, in diffs, and in a file', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(round, { minLength: 1, maxLength: 14 }),
        fc.array(fc.nat(400), { minLength: 3, maxLength: 4 }),
        async (rounds, spots) => {
          const folder = await mkdtemp(join(tmpdir(), 'store-model-'))
          const both = await Both.begin(folder)
          try {
            for (const of of rounds) await both.step(of)
            const end = both.now()
            const moments = spots.map((spot) => start - pollMs + Math.floor(((end - start + 2 * pollMs) * spot) / 400))
            const edges = [...both.models.values()].flatMap((model) => model.rounds.slice(-2).map(({ at }) => at))
            const all = [...new Set([...moments, ...edges])]
            await agree(both.store, both, all, true)
            const out = join(folder, 'out')
            await mkdir(out)
            await both.store.exportSpan(out, new Date(Math.min(...all)), new Date(end + pollMs))
            const engine = await openLockedEngine(out)
            const file = await openFile(engine, out, { toy })
            try {
              await agree(file, both, all.slice(0, 4), false)
            } finally {
              await file.close()
              engine.closeSync()
            }
          } finally {
            await both.store.close()
            await rm(folder, { recursive: true })
          }
        },
      ),
      { numRuns: runsWanted, verbose: 1 },
    )
  }, 1_800_000)
})
