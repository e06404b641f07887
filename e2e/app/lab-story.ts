// How the tests on a running lab look at it: waiting that says what the page showed, frames of whole collections, answers to compare.
import { expect } from 'vitest'
import type { Cell, Viewing } from '../../shared/contract/messages.ts'
import { own } from '../../shared/model/own.ts'
import { plain } from '../../shared/model/sentence.ts'
import { systems } from '../../shared/systems/index.ts'
import type { LabApp } from '../support/lab-app.ts'
import { waitFor } from '../support/process.ts'

/** Waits for a condition; when it does not come, the failure says what was found and what stood on the page. */
export async function until(
  app: LabApp,
  what: string,
  condition: () => Promise<boolean>,
  { withinMs = 60_000, everyMs = 250 }: { readonly withinMs?: number; readonly everyMs?: number } = {},
): Promise<void> {
  try {
    await waitFor(what, condition, { withinMs, everyMs })
  } catch (error) {
    const shown = await app.page
      .locator('main')
      .innerText({ timeout: 5_000 })
      .catch(() => '(no page)')
    const found = await standing(app).catch(() => '(no answer)')
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${found}\nthe page showed:\n${shown.slice(0, 2_000)}`, {
      cause: error,
    })
  }
}

/** What holds now, a line each: incidents with their chains and members, findings outside of them, edges that stand or match. */
export async function standing(app: LabApp): Promise<string> {
  const incidents = await app.incidents()
  const members = new Set(incidents.flatMap((i) => i.members))
  const edges = (await app.rows('landscope', 'edges')).filter(({ row }) => row.does === 'matches' || row.does === 'stands-at')
  return [
    ...incidents.flatMap((i) => [
      `${i.state} incident: ${plain(i.title)} [${i.chain.map((hop) => hop.title).join(' → ')}] against: ${i.contradicts.map(plain).join(' ')}`,
      ...i.findings.map((f) => `  ${f.rule}: ${plain(f.says)}`),
    ]),
    ...(await app.findings()).filter((f) => !members.has(f.urn)).map((f) => `apart ${f.rule}: ${plain(f.says)}`),
    ...edges.map(({ row }) => `edge ${row.fromLabel} ${row.does} ${row.toLabel}`),
  ].join('\n')
}

/** The URN of a record by its first key field. */
export async function urnOf(app: LabApp, system: string, collection: string, label: string): Promise<string> {
  const found = (await app.rows(system, collection)).find(({ row }) => Object.values(row).includes(label))
  if (found === undefined) throw new Error(`${system} has no ${label} among its ${collection}`)
  return found.urn
}

export interface Frames {
  /** Rows of each collection when it began, and the fewest ever shown since. */
  readonly first: Readonly<Record<string, number>>
  readonly fewest: Readonly<Record<string, number>>
  stop(): Promise<void>
}
/** Looks at whole collections of Kafka whenever they change: whoever blanks a row for a moment is caught. */
export async function framesOf(app: LabApp, names: readonly string[]): Promise<Frames> {
  const first: Record<string, number> = {}
  const fewest: Record<string, number> = {}
  const look = async (name: string): Promise<void> => {
    const { total } = await app.ask('kafka', name)
    first[name] ??= total
    fewest[name] = Math.min(fewest[name] ?? total, total)
  }
  for (const name of names) await look(name)
  let looks = 0
  const looking = new AbortController()
  const { signal } = looking
  const collections = names.map((collection) => ({ system: 'kafka', collection }))
  const watching = (async (): Promise<void> => {
    for await (const ticks of await app.client.changes.watch({ collections, urns: [] }, { signal }))
      for (const { collection } of ticks) {
        looks += 1
        await look(collection)
      }
  })().catch((thrown: unknown) => {
    if (!signal.aborted) throw thrown
  })
  return {
    first,
    fewest,
    stop: async () => {
      looking.abort()
      await watching
      expect(looks).toBeGreaterThan(names.length)
    },
  }
}

/** Adds a connection as a person does: pastes what they have, tries it step by step, keeps it; waits until it answers. */
export async function connectByPasting(app: LabApp, system: 'kafka' | 'flink', title: string, text: string): Promise<void> {
  const { page } = app
  await app.go('/connections')
  await page.getByLabel('Paste a bootstrap list or a URL').fill(text)
  await page.getByLabel('What you call it').fill(title)
  await page.getByRole('button', { name: 'Test', exact: true }).click()
  const keep = page.getByRole('button', { name: 'Keep it', exact: true })
  await until(app, 'every step passed', () => keep.isEnabled(), { withinMs: 90_000 })
  expect(await page.getByRole('list', { name: 'Test' }).getByRole('listitem').count()).toBeGreaterThan(0)
  await keep.click()
  await page.getByText(title, { exact: true }).first().waitFor()
  await until(app, `${title} answers`, async () =>
    (await app.rows('landscope', 'connections')).some(({ row }) => row.title === title && row.state === 'answering'),
  )
  await page.getByRole('navigation', { name: 'Places' }).getByText(systems[system].title).waitFor()
}

/** Waits until the job and the group it commits to are matched by their offsets: that takes some movement of both. */
export async function untilMatched(app: LabApp, group: string): Promise<void> {
  const matched = async (): Promise<boolean> =>
    (await app.rows('landscope', 'edges')).some(
      ({ row }) => row.does === 'matches' && row.known === 'guessed' && row.fromLabel === group && row.toLabel === group,
    )
  await until(app, 'the group matches the job', matched, { withinMs: 200_000 })
}

/** Captures what is watched into a file, as a reader of the page would, and opens it there. */
export async function captureAndOpen(
  app: LabApp,
  path: string,
  says: { readonly minutes?: string; readonly title?: string } = {},
): Promise<void> {
  const { page } = app
  await app.go('/snapshots')
  await page.getByLabel('Into this file').fill(path)
  if (says.minutes !== undefined) await page.getByLabel('What', { exact: true }).selectOption(says.minutes)
  await page.getByLabel('For whom').selectOption('internal')
  if (says.title !== undefined) await page.getByLabel('Title').fill(says.title)
  await page.getByRole('button', { name: 'Capture', exact: true }).click()
  await page.getByText(`Written: ${path}`).waitFor({ timeout: 120_000 })
  await page.getByLabel('Path of a .lsnap file on the machine that runs Landscope').fill(path)
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await until(app, 'the page looks at the file', async () =>
    (await page.getByRole('button', { name: 'Viewing' }).innerText()).includes('FILE'),
  )
}

export interface Answers {
  readonly rows: Readonly<Record<string, readonly string[]>>
  readonly headline: string
  readonly incidents: readonly string[]
  readonly curves: string
}
const exact = (value: unknown): string => JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? `${v}n` : v)) ?? ''

/** Everything that is known at a moment: the rows of every collection with all their cells, what holds, the sentence, a curve. */
export async function answersAt(app: LabApp, viewing: Viewing & { readonly at: Date }): Promise<Answers> {
  const rows: Record<string, readonly string[]> = {}
  for (const system of [...Object.values(systems), own]) {
    for (const [name, { kind }] of Object.entries(system.collections)) {
      if (kind !== 'state') continue
      const answer = await app.ask(system.id, name, viewing)
      rows[`${system.id}.${name}`] = answer.rows
        .map((row) => exact([row.urn, Object.fromEntries(row.cells.map((cell: Cell, i) => [answer.columns[i], cell]))]))
        .toSorted()
    }
  }
  const found = await app.client.findings.page({ viewing, limit: 1_000 })
  const { headline } = await app.client.headline.read({ viewing, of: { page: 'now' } })
  const group = await urnOf(app, 'kafka', 'groups', 'billing')
  const curve = await app.client.series.read({
    viewing,
    urn: group,
    fields: ['lag'],
    from: new Date(viewing.at.getTime() - 60_000),
    to: viewing.at,
    points: 200,
  })
  return {
    rows,
    headline: exact(headline),
    incidents: found.incidents.map((i) => exact([i.incident, i.title, i.state, i.members, i.chain])).toSorted(),
    curves: exact(curve),
  }
}
