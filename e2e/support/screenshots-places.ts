// The pages people see, as places of one opened file: what pictures are taken of, and what the habits are tried on.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { SourceAnswer } from '../../shared/contract/control.ts'
import type { IncidentAnswer } from '../../shared/contract/messages.ts'
import { isUnknown } from '../../shared/model/known.ts'
import { parseUrn } from '../../shared/model/urn.ts'
import { checkout } from './launch-app.ts'
import type { ServedLab } from './served-lab.ts'

export interface Place {
  readonly name: string
  /** Hash of the page's address, with where it looks. */
  readonly place: string
  /** Whether it shows a list of records. */
  readonly list: boolean
}

/** The recorded incident that comes with the app, if there is one. */
export function recordedIncident(): string | undefined {
  const folder = join(checkout, 'resources/incidents')
  const file = existsSync(folder) ? readdirSync(folder).find((name) => name.endsWith('.lsnap')) : undefined
  return file === undefined ? undefined : join(folder, file)
}

/** A moment of the file at which its first incident with a chain has been open for a while. */
export async function worstMoment(served: ServedLab, file: SourceAnswer): Promise<Date> {
  const [from, to] = [new Date(file.manifest.from).getTime(), new Date(file.manifest.to).getTime()]
  let best: { readonly at: Date; readonly hops: number } = { at: new Date(to), hops: 0 }
  for (let part = 1; part <= 24; part++) {
    const at = new Date(from + ((to - from) * part) / 24)
    const { incidents } = await served.client.findings.page({ viewing: { source: file.source, at }, limit: 200 })
    const hops = Math.max(0, ...incidents.map((i) => i.chain.length + i.findings.length / 100))
    if (hops > best.hops) best = { at, hops }
  }
  return best.at
}

/** Every page, looking at a file at a moment. */
export async function placesOf(served: ServedLab, file: SourceAnswer, at: Date): Promise<readonly Place[]> {
  const viewing = { source: file.source, at }
  const look = `source=${encodeURIComponent(file.source)}&at=${encodeURIComponent(at.toISOString())}`
  const { incidents } = await served.client.findings.page({ viewing, limit: 200 })
  const hurt = incidents.toSorted((a, b) => b.chain.length - a.chain.length)[0]
  const systems = [...new Set(file.manifest.instances.map((i) => i.system))].filter((s) => s !== 'landscope')
  const kept = file.manifest.collections.filter((c) => systems.includes(c.system))
  const lists = kept.map(({ system, name }) => ({
    name: `${system}-${name}`,
    place: `/system/${system}?tab=${name}&${look}`,
    list: true,
  }))
  const records: Place[] = []
  for (const { system, name } of kept) {
    const urn =
      memberOf(hurt, system, name) ?? (await served.ask(system, name, viewing)).rows.find((row) => !row.cells.some(isUnknown))?.urn
    const any = urn ?? (await served.ask(system, name, viewing)).rows[0]?.urn
    if (any === undefined) continue
    const of = `/record?urn=${encodeURIComponent(any)}&${look}`
    records.push({ name: `record-${system}-${name}`, place: of, list: false })
    if (name !== 'groups') continue
    for (const tab of ['facts', 'history', 'charts', 'neighbours', 'raw'])
      records.push({ name: `record-${system}-${name}-${tab}`, place: `${of}&tab=${tab}`, list: false })
  }
  const before = new Date(new Date(file.manifest.from).getTime() + 60_000).toISOString()
  const sides = `fromSource=${encodeURIComponent(file.source)}&fromAt=${encodeURIComponent(before)}&toSource=${encodeURIComponent(file.source)}&toAt=${encodeURIComponent(at.toISOString())}`
  return [
    { name: 'now', place: `/now?${look}`, list: false },
    { name: 'map', place: `/map?${look}`, list: false },
    ...lists,
    ...records,
    { name: 'snapshots', place: `/snapshots?${look}`, list: false },
    { name: 'diff', place: `/diff?${sides}`, list: false },
    { name: 'connections', place: '/connections', list: false },
    { name: 'watching', place: `/watching?${look}`, list: true },
    { name: 'now-quiet', place: `/now?source=${encodeURIComponent(file.source)}&at=${encodeURIComponent(before)}`, list: false },
  ]
}

function memberOf(incident: IncidentAnswer | undefined, system: string, collection: string): string | undefined {
  return incident?.members.find((urn) => {
    const parsed = parseUrn(urn)
    return parsed?.system === system && parsed.collection === collection
  })
}

/** Waits until a page has drawn what it asked for: a headline, no loading, fonts there. */
export async function settled(served: ServedLab): Promise<void> {
  const { page } = served
  await page.locator('main h1, main [role=grid], main [data-empty], main [role=alert]').first().waitFor()
  await page.waitForFunction(() => document.querySelector('main [aria-busy=true]') === null && document.fonts.status === 'loaded')
  // Twice the same text: nothing is being filled in any more.
  let last = ''
  for (let same = 0; same < 2; ) {
    const text = await page.locator('main').innerText()
    same = text === last ? same + 1 : 0
    last = text
  }
}
