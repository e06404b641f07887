// `landscope records SYSTEM.COLLECTION`: the records of a collection, now, at a moment or in a file, and how well they are known.
import { setTimeout } from 'node:timers/promises'
import { type CommandDef, defineCommand } from 'citty'
import type { Page } from '../../shared/contract/messages.ts'
import { AppError } from '../../shared/model/app-error.ts'
import { type Looking, look, lookArgs, onlyKnown } from './arguments.ts'
import { cellText, jsonLine, type Streams, tableText, visible } from './print.ts'
import { WAIT_SECONDS, waitForAnswers } from './wait-for-answers.ts'

const PAGE = 1_000
const args = {
  collection: { type: 'positional', description: 'Which: kafka.groups, flink.jobs, landscope.findings …', required: true },
  ...lookArgs,
  where: { type: 'string', description: 'Filter as typed in a table: "lag>1000 state:Empty"', valueHint: 'FILTER' },
  sort: { type: 'string', description: 'Field to sort by, with - before it for descending', valueHint: 'FIELD' },
  limit: { type: 'string', description: 'At most so many records', valueHint: 'N' },
  wait: { type: 'string', description: `Seconds to wait for the first answers (default ${WAIT_SECONDS})`, valueHint: 'S' },
} as const

/** A number of an option; bad-request where it is none. */
export function wholeNumber(name: string, typed: string): number {
  if (!/^\d{1,9}$/.test(typed)) throw new AppError('bad-request', `--${name} ${typed} is no whole number.`)
  return Number(typed)
}

export function recordsCommand({ out }: Streams): CommandDef<typeof args> {
  return defineCommand({
    meta: { name: 'records', description: 'Print the records of a collection' },
    args,
    run: async ({ args: given }) => {
      onlyKnown(given, args)
      const dot = given.collection.indexOf('.')
      const [system, collection] = [given.collection.slice(0, dot), given.collection.slice(dot + 1)]
      if (dot < 1 || collection === '') throw new AppError('bad-request', `${given.collection} is no collection: write SYSTEM.COLLECTION.`)
      const limit = given.limit === undefined ? Number.POSITIVE_INFINITY : wholeNumber('limit', given.limit)
      const waitMs = 1_000 * (given.wait === undefined ? WAIT_SECONDS : wholeNumber('wait', given.wait))
      await look(given, async (looking) => {
        const live = looking.file === undefined && looking.viewing.at === undefined
        if (live) await waitForAnswers(looking.client, waitMs)
        const ask = (offset: number, size: number): Promise<Page> =>
          looking.client.records.page({
            viewing: looking.viewing,
            system,
            collection,
            offset,
            limit: size,
            ...(given.where === undefined ? {} : { typed: given.where }),
            ...(given.sort === undefined ? {} : { sort: given.sort }),
          })
        if (live) await waitForRows(ask, waitMs)
        const first = await ask(0, Math.min(PAGE, limit))
        const rows = [...first.rows]
        while (rows.length < Math.min(first.total, limit)) {
          const more = await ask(rows.length, Math.min(PAGE, limit - rows.length))
          if (more.rows.length === 0) break
          rows.push(...more.rows)
        }
        out(given.json === true ? asJson(looking, first, rows) : asTable(first, rows))
      })
    },
  })
}

/** Until the collection was asked for once. */
async function waitForRows(ask: (offset: number, size: number) => Promise<Page>, withinMs: number): Promise<void> {
  const until = performance.now() + withinMs
  while (performance.now() < until) {
    const { freshness, empty } = await ask(0, 0)
    if (freshness.some((one) => one.at !== undefined || one.lacks !== undefined) || empty === 'none-exist') return
    await setTimeout(250)
  }
}

function asJson({ viewing, file }: Looking, page: Page, rows: Page['rows']): string {
  return jsonLine({
    rows: rows.map((row) => ({
      urn: row.urn,
      connection: row.connection,
      seen: row.seen,
      ...Object.fromEntries(page.columns.map((name, i) => [name, row.cells[i] ?? null])),
    })),
    coverage: page.freshness,
    total: page.total,
    ...(page.empty === undefined ? {} : { empty: page.empty }),
    ...(viewing.at === undefined ? {} : { at: viewing.at }),
    ...(file === undefined ? {} : { source: file.path }),
  })
}

function asTable(page: Page, rows: Page['rows']): string {
  const missing = page.freshness.flatMap((one) => (one.missing === undefined ? [] : [`${one.title}: ${one.missing}`]))
  const note = [`${rows.length} of ${page.total}`, ...(page.empty === undefined ? [] : [page.empty]), ...missing].map(visible).join('; ')
  return `${tableText(
    page.columns,
    rows.map((row) => row.cells.map((cell) => cellText(cell))),
  )}${note}\n`
}
