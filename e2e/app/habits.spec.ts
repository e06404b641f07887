// Habits that every page has, tried on a recorded incident; and the way from a pasted alert to the record that caused it.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SourceAnswer } from '../../shared/contract/control.ts'
import { leftovers } from '../support/free-of-leftovers.ts'
import { checkout } from '../support/launch-app.ts'
import { type Place, placesOf, recordedIncident, settled, worstMoment } from '../support/screenshots-places.ts'
import { openServedLab, type ServedLab } from '../support/served-lab.ts'
import { habits, visit } from './habits.ts'

/** A page that adds up how far its parts have moved since it was loaded. */
interface Shifting {
  shifted: () => number
}

const left = leftovers()
let served: ServedLab
let file: SourceAnswer
let at: Date
let places: readonly Place[]
const broken = new Map<string, string[]>()

/** The incident that comes with the app; before there is one, a short recording is made from the lab. */
async function incident(): Promise<string> {
  const recorded = recordedIncident()
  if (recorded !== undefined) return recorded
  const folder = left.end(await mkdtemp(join(tmpdir(), 'landscope-habits-')), (f) => rm(f, { recursive: true, force: true }))
  const out = join(folder, 'short.lsnap')
  await promisify(execFile)(process.execPath, ['e2e/lab/record-incident.ts', '--short', '--out', out], {
    cwd: checkout,
    maxBuffer: 64 << 20,
  })
  return out
}

beforeAll(async () => {
  const path = await incident()
  served = left.end(await openServedLab(), (s) => s.close())
  await served.page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: served.origin })
  await served.page.evaluate(() => {
    localStorage.setItem('theme', 'dark')
    localStorage.setItem('first run dismissed', 'yes')
  })
  file = await served.client.sources.open({ path })
  await served.page.reload()
  at = await worstMoment(served, file)
  places = await placesOf(served, file, at)
  for (const place of places) {
    await visit(served, place, ({ says }, breaches) => {
      broken.set(says, [...(broken.get(says) ?? []), ...breaches.map((breach) => `${place.name}: ${breach}`)])
    })
  }
}, 1_800_000)
afterAll(() => left.endAll(), 60_000)

describe('on every page', () => {
  it('is tried on all pages there are', () => {
    const names = places.map((p) => p.name)
    expect(names).toEqual(
      expect.arrayContaining(['now', 'map', 'kafka-groups', 'record-kafka-groups', 'snapshots', 'diff', 'connections', 'watching']),
    )
  })
  it.each(habits.map(({ says }) => says))('%s', (says) => {
    expect(broken.get(says)).toEqual([])
  })
})

describe('a moment nobody watched', () => {
  it('gives no verdict', async () => {
    const before = new Date(new Date(file.manifest.from).getTime() - 3_600_000).toISOString()
    await served.go(`/now?source=${file.source}&at=${encodeURIComponent(before)}`)
    await settled(served)
    expect(await served.page.locator('main h1').innerText()).not.toMatch(/Nothing is hurt/)
    await served.go(`/system/kafka?tab=groups&source=${file.source}&at=${encodeURIComponent(before)}`)
    await settled(served)
    expect(await served.page.locator('main [data-empty]').getAttribute('data-empty')).toBe('not-recorded')
  })
})

describe('a page that comes up', () => {
  it('is dark or light as the system is', async () => {
    const { page } = served
    await page.evaluate(() => localStorage.removeItem('theme'))
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await page.reload()
      expect(await page.locator('html').getAttribute('data-theme')).toBe(colorScheme)
    }
    await page.evaluate(() => localStorage.setItem('theme', 'dark'))
    await page.reload()
  })

  it('does not jump', async () => {
    const { page } = served
    await page.addInitScript(() => {
      let sum = 0
      const add = (entries: readonly PerformanceEntry[]): void => {
        for (const entry of entries) sum += (entry as PerformanceEntry & { readonly value: number }).value
      }
      const observer = new PerformanceObserver((list) => add(list.getEntries()))
      observer.observe({ type: 'layout-shift', buffered: true })
      ;(window as unknown as Shifting).shifted = () => {
        add(observer.takeRecords())
        return sum
      }
    })
    for (const { name, place } of places.filter((p) => /^(now|kafka-groups|record-kafka-groups|map)$/.test(p.name))) {
      await page.goto(`${served.origin}/#${place}`)
      await page.reload()
      await settled(served)
      const shift = await page.evaluate(() => (window as unknown as Shifting).shifted())
      expect({ name, shift: shift < 0.1 ? 'small' : shift }).toEqual({ name, shift: 'small' })
    }
  })
})

describe('a job that was submitted again', () => {
  it('tells of its submission before, which leads there', async () => {
    const { page } = served
    const jobs = await served.rows('flink', 'jobs', { source: file.source })
    const [runs, canceled] = [jobs.find(({ row }) => row.state === 'RUNNING'), jobs.find(({ row }) => row.state === 'CANCELED')]
    await served.go(`/record?urn=${encodeURIComponent(runs?.urn ?? '')}&tab=history&source=${file.source}`)
    await page.getByText('2 with the same name').waitFor()
    await page.getByRole('button', { name: String(canceled?.row.jid) }).click()
    await page.waitForURL((url) => url.hash.includes(encodeURIComponent(canceled?.urn ?? '')))
  })
})

describe('from a pasted alert', () => {
  it('it is at most five keys to the poison record', async () => {
    const { page } = served
    const now = places.find((p) => p.name === 'now')?.place ?? ''
    await served.go(now)
    await settled(served)
    const alert = `[FIRING:1] ConsumerLagHigh group=billing cluster=front severity=page\nLabels: topic=play-events, team=payments\nhttps://grafana.example.net/d/abc?var-group=billing`
    await page.evaluate((text) => navigator.clipboard.writeText(text), alert)
    let keys = 0
    const press = async (key: string): Promise<void> => {
      keys += 1
      await page.keyboard.press(key)
    }
    await press('Control+k')
    await press('Control+v')
    await page.locator('[data-lit] mark').first().waitFor()
    await press('Enter')
    await page.waitForURL(/\/record\?/)
    await press('l')
    await page
      .getByText(/not JSON/)
      .first()
      .waitFor()
    expect(keys).toBeLessThanOrEqual(5)
    expect(await page.locator('main h1').innerText()).toMatch(/stands still|play-events-1/)
  })
})
