// FAKE. Answers the contract from a fixture, in the page itself: for tests of the page and for its dev harness, without a host.

import type { Call, Handlers } from '../../shared/contract/handlers.ts'
import type { Cell, FindingsAnswer, HeadlineAnswer, Page, PageAsk, Point, WireRow } from '../../shared/contract/messages.ts'
import { AppError } from '../../shared/model/app-error.ts'
import { isUnknown } from '../../shared/model/known.ts'
import { own } from '../../shared/model/own.ts'
import type { AnySystem } from '../../shared/model/system.ts'
import { parseUrn } from '../../shared/model/urn.ts'
import { systems } from '../../shared/systems/index.ts'
import { CONNECTION, type FakeRow, type Fixture, INSTANCE } from './fixture.ts'

const declared: Readonly<Record<string, AnySystem>> = { ...systems, [own.id]: own }
const cellOf = (row: FakeRow, name: string): Cell => {
  const found = Object.entries(row.row).find(([field]) => field === name)
  const value: Cell | undefined = found?.[1]
  return value ?? { unknown: 'not-recorded' }
}
const orderOf = (cell: Cell): number | bigint | string => {
  if (cell instanceof Date) return cell.getTime()
  if (typeof cell === 'number' || typeof cell === 'bigint' || typeof cell === 'string') return cell
  return JSON.stringify(cell)
}
const less = (a: Cell, b: Cell): number => {
  if (isUnknown(a) || isUnknown(b)) return isUnknown(a) === isUnknown(b) ? 0 : isUnknown(a) ? 1 : -1
  const [x, y] = [orderOf(a), orderOf(b)]
  return x < y ? -1 : x > y ? 1 : 0
}
const same = (a: unknown, b: unknown): boolean =>
  a instanceof Date && b instanceof Date ? a.getTime() === b.getTime() : String(a) === String(b)

/** One test of a typed filter. Undefined: the row cannot be judged. */
function passes(row: FakeRow, token: string): boolean | undefined {
  const test = /^(\w+)(>|<|:|~)(.+)$/.exec(token)
  if (test === null) return Object.values(row.row).some((v) => typeof v === 'string' && v.includes(token))
  const [, name = '', op, wanted = ''] = test
  const cell = cellOf(row, name)
  if (isUnknown(cell)) return undefined
  if (op === ':') return String(cell).toLowerCase() === wanted.toLowerCase()
  if (op === '~') return new RegExp(wanted).test(String(cell))
  return op === '>' ? Number(cell) > Number(wanted) : Number(cell) < Number(wanted)
}

function pageOf(fixture: Fixture, ask: Omit<PageAsk, 'viewing'>, version: number): Page {
  const collection = declared[ask.system]?.collections[ask.collection]
  if (collection === undefined) throw new AppError('bad-request', `${ask.system}.${ask.collection} is not declared`)
  let rows = [...(fixture.rows[`${ask.system}.${ask.collection}`] ?? [])]
  for (const [name, wanted] of Object.entries(ask.where ?? {})) rows = rows.filter((row) => same(cellOf(row, name), wanted))
  let unjudged = 0
  for (const token of (ask.typed ?? '').split(/\s+/).filter((t) => t !== '')) {
    rows = rows.filter((row) => {
      const answer = passes(row, token)
      if (answer === undefined) unjudged += 1
      return answer === true
    })
  }
  const sort = ask.sort?.replace(/^-/, '')
  if (sort !== undefined)
    rows.sort(
      (a, b) =>
        (ask.sort?.startsWith('-') === true && !isUnknown(cellOf(a, sort)) && !isUnknown(cellOf(b, sort)) ? -1 : 1) *
        less(cellOf(a, sort), cellOf(b, sort)),
    )
  const columns = Object.keys(collection.fields)
  const wire = (row: FakeRow): WireRow => ({
    urn: row.urn,
    connection: row.connection,
    seen: { at: new Date(fixture.now.getTime() - 4_000), ...(row.unseen === true ? { unseen: { unknown: 'refused' as const } } : {}) },
    cells: columns.map((name) => cellOf(row, name)),
  })
  return {
    columns,
    rows: rows.slice(ask.offset, ask.offset + ask.limit).map(wire),
    total: rows.length,
    unjudged,
    freshness: [{ connection: CONNECTION, title: CONNECTION, at: new Date(fixture.now.getTime() - 4_000), complete: true, stale: false }],
    version,
    ...(rows.length === 0 ? { empty: ask.typed === undefined ? ('none-exist' as const) : ('none-match' as const) } : {}),
  }
}

/** A curve that stands still and then climbs, with the first part not watched. */
function curve(urn: string, from: Date, to: Date, points: number): readonly Point[] {
  const step = (to.getTime() - from.getTime()) / Math.max(2, points - 1)
  const grows = urn.includes('play-totals') || urn.includes('sessions')
  return Array.from({ length: points }, (_, i) => {
    const part = i / points
    const value =
      part < 0.13
        ? ({ unknown: 'nobody-watching' } as const)
        : BigInt(grows ? Math.round(Math.max(0, part - 0.32) * 1_890_000) : Math.round(40 + 30 * Math.sin(i / 9)))
    return { at: new Date(from.getTime() + i * step), value }
  })
}

const until = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve())
  })

export interface FakeHost {
  readonly handlers: Handlers
  /** Replaces the fixture and ticks the collections named. */
  readonly change: (fixture: Fixture, names: readonly string[]) => void
  /** Streams of ticks that are open. */
  readonly watchers: () => number
}
export function makeFakeHost(first: Fixture): FakeHost {
  let fixture = first
  let version = 1
  const watchers = new Set<(names: readonly string[]) => void>()
  const no = async (): Promise<never> => {
    throw new AppError('unsupported', 'This is the harness of the page: there is no host behind it.')
  }
  const find = (urn: string): FakeRow => {
    for (const rows of Object.values(fixture.rows)) {
      const row = rows.find((r) => r.urn === urn)
      if (row !== undefined) return row
    }
    throw new AppError('not-found', 'It was never seen.')
  }
  async function* watch(
    names: readonly string[],
    { signal }: Call,
  ): AsyncGenerator<readonly { system: string; collection: string; version: number }[], void, void> {
    const due: string[] = []
    let wake = (): void => undefined
    const told = (changed: readonly string[]): void => {
      due.push(...changed.filter((n) => names.includes(n)))
      wake()
    }
    watchers.add(told)
    try {
      while (!signal.aborted) {
        if (due.length === 0) {
          await Promise.race([
            until(signal),
            new Promise<void>((resolve) => {
              wake = resolve
            }),
          ])
        }
        const batch = [...new Set(due.splice(0))].map((name) => ({
          system: name.split('.')[0] ?? '',
          collection: name.split('.')[1] ?? '',
          version,
        }))
        if (batch.length > 0) yield batch
      }
    } finally {
      watchers.delete(told)
    }
  }
  const handlers: Handlers = {
    hello: async () => ({
      app: { name: 'Landscope', version: '0.0.0-fake' },
      now: fixture.now,
      sources: [],
      connections: await connections(),
      notices: [],
      mode: 'window',
    }),
    changes: {
      watch: (ask, call) =>
        watch(
          ask.collections.map((c) => `${c.system}.${c.collection}`),
          call,
        ),
    },
    records: { page: async (ask) => pageOf(fixture, ask, version), diff: async () => ({ total: 0, counts: {}, rows: [] }) },
    record: {
      get: async ({ urn }) => {
        const row = find(urn)
        const parsed = parseUrn(urn)
        const collection = declared[parsed?.system ?? '']?.collections[parsed?.collection ?? '']
        const columns = Object.keys(collection?.fields ?? {})
        return {
          urn,
          system: parsed?.system ?? '',
          collection: parsed?.collection ?? '',
          label: parsed?.key.join(' ') ?? urn,
          connection: row.connection,
          columns,
          cells: columns.map((name) => cellOf(row, name)),
          seen: { at: new Date(fixture.now.getTime() - 4_000) },
          history: fixture.history.get(urn) ?? [],
          neighbours: (fixture.rows['kafka.topics'] ?? []).map((t) => ({
            urn: t.urn,
            system: 'kafka',
            collection: 'topics',
            label: String(cellOf(t, 'topic')),
            by: 'reads',
            health: 'ok' as const,
          })),
          line: [],
          lineTotal: 0,
          findings: fixture.findings.filter((f) => f.urn === urn),
        }
      },
    },
    series: {
      read: async ({ urn, fields, from, to, points }) => ({
        fields: Object.fromEntries(fields.map((name) => [name, curve(urn, from, to, Math.min(points, 240))])),
        gaps: [{ from, to: new Date(from.getTime() + (to.getTime() - from.getTime()) * 0.13), why: 'nobody watching' }],
      }),
    },
    coverage: {
      read: async ({ from, to }) => ({
        spans: [
          {
            system: 'kafka',
            connection: CONNECTION,
            collection: 'groups',
            from,
            to: new Date(from.getTime() + 240_000),
            state: 'nobody-watching' as const,
          },
          {
            system: 'kafka',
            connection: CONNECTION,
            collection: 'groups',
            from: new Date(from.getTime() + 240_000),
            to,
            state: 'complete' as const,
          },
        ],
      }),
    },
    findings: {
      page: async ({ urn, system }): Promise<FindingsAnswer> => {
        const findings = fixture.findings.filter(
          (f) => (urn === undefined || f.urn === urn) && (system === undefined || f.system === system),
        )
        return { findings, incidents: fixture.incidents, total: findings.length }
      },
    },
    headline: {
      read: async ({ of }): Promise<HeadlineAnswer> => {
        const key = 'urn' in of ? of.urn : 'system' in of ? of.system : 'now'
        const known = fixture.headlines.get(key)
        const label = 'urn' in of ? (parseUrn(of.urn)?.key.join(' ') ?? of.urn) : key
        return { headline: { says: [`Nothing is wrong with ${label}.`], health: 'ok' }, chain: [], ...known, asOf: fixture.now }
      },
    },
    graph: {
      around: async () => {
        const groups = fixture.incidents[0]?.members ?? []
        const topic = (fixture.rows['kafka.topics'] ?? [])[0]?.urn ?? ''
        const brokers = (fixture.rows['kafka.brokers'] ?? []).map((b) => b.urn)
        const node = (
          id: string,
          health: 'critical' | 'ok',
        ): { id: string; label: string; system: string; collection: string; health: 'critical' | 'ok'; more: number } => ({
          id,
          label: parseUrn(id)?.key.join(' ') ?? 'playback_start-2 @ 88,120',
          system: 'kafka',
          collection: parseUrn(id)?.collection ?? 'record',
          health,
          more: 0,
        })
        return {
          nodes: [
            ...brokers.map((b) => node(b, 'ok')),
            node(topic, 'ok'),
            ...groups.map((g) => node(g, 'critical')),
            { ...node('end:kafka.record::playback_start/2/88120', 'critical'), word: 'does not decode' },
          ],
          edges: [
            ...brokers.map((from) => ({ from, to: topic, does: 'hosts' as const, known: 'observed' as const })),
            ...groups.map((to) => ({ from: topic, to, does: 'reads' as const, known: 'observed' as const })),
            ...groups.map((from) => ({
              from,
              to: 'end:kafka.record::playback_start/2/88120',
              does: 'stands-at' as const,
              known: 'observed' as const,
            })),
          ],
        }
      },
    },
    names: {
      find: async ({ text, limit }) => {
        const pasted = text.length > 40
        const hits = Object.entries(fixture.rows).flatMap(([name, rows]) =>
          rows.flatMap((row) => {
            const label = parseUrn(row.urn)?.key.at(-1) ?? ''
            const at = pasted ? text.indexOf(label) : label.includes(text) ? 0 : -1
            if (at < 0 || label.length < 3 || name === 'kafka.groupPartitions') return []
            const hurt = fixture.findings.some((f) => f.urn === row.urn)
            const [system = '', collection = ''] = name.split('.')
            return [
              {
                urn: row.urn,
                label,
                system,
                collection,
                connection: row.connection,
                health: hurt ? ('critical' as const) : ('ok' as const),
                spans: pasted ? [{ from: at, to: at + label.length }] : [],
              },
            ]
          }),
        )
        return { hits: hits.slice(0, limit) }
      },
    },
    reads: {
      run: async function* () {
        const item = (offset: bigint, place: string, value: object, schema: bigint): readonly Cell[] => [
          offset,
          place,
          new Date(fixture.now.getTime() - 46 * 60_000 + Number(offset % 100n)),
          JSON.stringify(value),
          'json',
          BigInt(JSON.stringify(value).length),
          schema,
        ]
        yield {
          columns: ['offset', 'place', 'timestamp', 'value', 'valueAs', 'valueBytes', 'schemaId'],
          rows: [
            item(88_119n, 'before', { user_id: 'u-88213', title: 80117, device: 'tv' }, 13n),
            item(88_120n, 'at', { title: 80117, device: 'tv', profile: 3 }, 14n),
            item(88_121n, 'after', { title: 80512, device: 'web', profile: 1 }, 14n),
          ],
          from: 'live',
        }
      },
    },
    work: {
      watch: async function* (_ask, { signal }) {
        yield []
        await until(signal)
      },
      cancel: no,
    },
    actions: { plan: no, run: noStream },
    sources: { open: no, close: no, get: no },
    snapshots: { write: no, verify: no },
    connections: {
      list: async () => ({ connections: await connections() }),
      change: async () => ({ connections: await connections() }),
      test: testSteps,
    },
  }
  async function connections(): Promise<Awaited<ReturnType<Handlers['connections']['list']>>['connections']> {
    return [
      {
        profile: {
          id: CONNECTION,
          system: 'kafka',
          title: 'front-3',
          endpoints: { brokers: { addresses: ['broker-1.front-3.example.net:9092'] } },
          settings: {},
        },
        instance: INSTANCE,
        targets: ['1', '2', '3'].map((n) => ({
          target: `broker-${n}.front-3.example.net:9092`,
          requests: 1_200,
          perMinute: 22,
          allowed: 30,
          writes: 0,
          bytesIn: 1_400_000,
          bytesOut: 90_000,
          slowestMs: 41,
        })),
      },
    ]
  }
  return {
    handlers,
    watchers: () => watchers.size,
    change: (next, names) => {
      fixture = next
      version += 1
      for (const told of watchers) told(names)
    },
  }
}

async function* testSteps(): AsyncGenerator<{ name: string; ok: boolean; detail: string }, void, void> {
  yield { name: 'resolve', ok: true, detail: 'broker-1.example.net → 10.4.1.7' }
  yield { name: 'connect', ok: true, detail: '3 ms' }
  yield { name: 'metadata', ok: false, detail: 'broker 2 advertises an address that is not allowed yet' }
}
// biome-ignore lint/correctness/useYield: a stream that only fails
async function* noStream(): AsyncGenerator<never, void, void> {
  throw new AppError('unsupported', 'This is the harness of the page: there is no host behind it.')
}
