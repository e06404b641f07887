// The whole page over a fake landscape: what a person sees and does, by keys.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import type { Manifest } from '../../shared/contract/control.ts'
import type { Handlers } from '../../shared/contract/handlers.ts'
import type { Cell } from '../../shared/contract/messages.ts'
import '../ui/mantine.css'
import '../ui/global.css'
import { say } from '../../shared/model/sentence.ts'
import { createQueries } from '../client/landscope.tsx'
import { directConnection } from '../dev/direct-connection.ts'
import { type FakeHost, makeFakeHost } from '../dev/fake-handlers.ts'
import { type Fixture, groupUrn, makeFixture } from '../dev/fixture.ts'
import { App } from './app.tsx'
import { applyRemembered } from './appearance.ts'

/** @param over answers other than those of the fake host */
async function start(
  hash = '#/now',
  over: (handlers: Handlers) => Partial<Handlers> = () => ({}),
): Promise<{ host: FakeHost; fixture: Fixture }> {
  location.hash = hash.includes('?') ? `${hash}&in=test` : hash // the runner's own query would be appended to the last name
  const fixture = makeFixture(new Date(), 20)
  const host = makeFakeHost(fixture)
  await render(<App connection={directConnection({ ...host.handlers, ...over(host.handlers) })} queries={createQueries()} />)
  return { host, fixture }
}
beforeEach(async () => {
  localStorage.clear()
  sessionStorage.clear()
  localStorage.setItem('theme', 'dark')
  applyRemembered()
  await page.viewport(1440, 900)
})
afterEach(() => vi.restoreAllMocks())
const heading = (): ReturnType<typeof page.getByRole> => page.getByRole('heading', { level: 1 })

describe('Now', () => {
  it('says the incident first, with its nouns as controls', async () => {
    await start()
    await expect.element(heading()).toMatchTextContent('stops 3 consumers')
    await userEvent.click(heading().getByRole('button', { name: 'sessions' }))
    await vi.waitFor(() => expect(decodeURIComponent(location.hash)).toContain(groupUrn('sessions')))
  })
  it('unfolds the chain hop by hop on w', async () => {
    await start()
    await expect.element(heading()).toBeVisible()
    const hops = page.getByRole('list', { name: 'Why' }).getByRole('listitem')
    await userEvent.keyboard('w')
    await vi.waitFor(() => expect(hops.all()).toHaveLength(1))
    await userEvent.keyboard('w')
    await vi.waitFor(() => expect(hops.all()).toHaveLength(2))
  })
  it('gives no verdict any more when the host says that our own network is gone, and keeps what was known', async () => {
    const { host, fixture } = await start()
    await expect.element(heading()).toMatchTextContent('stops 3 consumers')
    await vi.waitFor(() => expect(host.watchers()).toBe(1))
    const offline = {
      headline: { says: say`You are offline, the platform may be fine.`, health: 'unknown', looking: true },
      chain: [],
    } as const
    host.change({ ...fixture, headlines: new Map([...fixture.headlines, ['now', offline]]) }, ['landscope.connections'])
    await expect.element(heading()).toMatchTextContent('You are offline')
    await expect.element(page.getByText(/^Last known: .*stops 3 consumers/)).toBeVisible()
  })
  it('goes on looking at the same incident when a worse one opens', async () => {
    const { host, fixture } = await start()
    await expect.element(heading()).toMatchTextContent('stops 3 consumers')
    await vi.waitFor(() => expect(host.watchers()).toBe(1))
    const [first] = fixture.incidents
    if (first === undefined) throw new Error('the fixture has no incident')
    const other = (incident: string, title: string) => ({ ...first, incident, title: say`${title}` })
    host.change({ ...fixture, incidents: [first, other('i-2', 'The disk of broker 2 is full.')] }, ['landscope.incidents'])
    await expect.element(page.getByRole('button', { name: 'Incident 2' })).toBeVisible()
    await userEvent.keyboard('n')
    await expect.element(heading()).toMatchTextContent('The disk of broker 2')
    expect(location.hash).toContain('incident=i-2')
    host.change({ ...fixture, incidents: [other('i-3', 'All brokers are gone.'), first, other('i-2', 'The disk of broker 2 is full.')] }, [
      'landscope.incidents',
    ])
    await expect.element(page.getByRole('button', { name: 'Incident 3' })).toHaveAttribute('aria-pressed', 'true')
    await expect.element(heading()).toMatchTextContent('The disk of broker 2')
  })
  it('opens the proof of a number in a sentence: the read it stands for', async () => {
    await start(`#/record?urn=${encodeURIComponent(groupUrn('play-totals'))}&tab=facts`)
    await userEvent.click(heading().getByRole('button', { name: '88,120' }))
    const proof = page.getByRole('complementary', { name: 'Evidence' })
    await expect.element(proof).toMatchTextContent(/Messages · topic playback_start · partition 2 · from around · offset 88,120/)
    await expect.element(proof.getByRole('region', { name: /88,120/ })).toMatchTextContent('"user_id" missing')
    await userEvent.keyboard('{Escape}')
    await vi.waitFor(() => expect(document.querySelector('aside')).toBeNull())
  })
  it('takes two keys from Now to the cause', async () => {
    await start()
    await expect.element(heading()).toBeVisible()
    await userEvent.keyboard('l')
    await expect.element(page.getByRole('region', { name: /88,120/ })).toMatchTextContent('"user_id" missing')
  })
})

describe('the palette', () => {
  it('lights up known names in a pasted alert and opens the worst; the record is reached in five keys', async () => {
    await start('#/connections')
    await userEvent.keyboard('{Control>}k{/Control}')
    await userEvent.fill(
      page.getByRole('textbox', { name: 'Name, id, or a pasted text' }),
      'FIRING ConsumerLagHigh group=play-totals topic=playback_start severity=page',
    )
    await expect.element(page.getByText('play-totals', { exact: true }).first()).toBeVisible()
    await vi.waitFor(() => expect(document.querySelector('[data-lit] mark[data-health=critical]')?.textContent).toBe('play-totals'))
    await userEvent.keyboard('{Enter}')
    await expect.element(heading()).toMatchTextContent('Standing still')
    await userEvent.keyboard('l')
    await expect.element(page.getByRole('region', { name: /88,120/ })).toBeVisible()
  })
})

describe('a list', () => {
  it('shows every row that the host has, hostile names made visible, unknown with its word', async () => {
    await start('#/system/kafka')
    await expect.element(page.getByRole('grid', { name: 'groups' })).toBeVisible()
    await expect.element(page.getByText('25 groups')).toBeVisible()
    await expect.element(page.getByText('U+202E')).toBeVisible()
    await expect.element(page.getByText('? no access').first()).toBeVisible()
  })
  it('names the connection of each row where several have the system, and copies it', async () => {
    const written = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
    await start('#/system/kafka?tab=brokers', ({ records }) => ({
      records: {
        ...records,
        page: async (ask, call) => {
          const page = await records.page(ask, call)
          return {
            ...page,
            rows: page.rows.map((row, i) => (i === 1 ? { ...row, connection: 'f4' } : row)),
            freshness: [...page.freshness, ...page.freshness.map((one) => ({ ...one, connection: 'f4', title: 'Front four' }))],
          }
        },
      },
    }))
    await expect.element(page.getByRole('columnheader').nth(1)).toMatchTextContent('Connection')
    await expect.element(page.getByRole('row', { name: /^2 Front four/ })).toBeVisible()
    await userEvent.keyboard('jjY')
    await vi.waitFor(() => expect(written.mock.calls[0]?.[0]).toMatch(/^broker\tconnection\t.*\n2\tFront four\t/))
    await userEvent.click(page.getByRole('button', { name: /Columns/ }))
    await userEvent.click(page.getByRole('checkbox', { name: 'Connection' }))
    await expect.element(page.getByRole('columnheader').nth(1)).not.toMatchTextContent('Connection')
  })
  it('is asked again when its collection changed', async () => {
    const { host, fixture } = await start('#/system/kafka')
    await expect.element(page.getByText('25 groups')).toBeVisible()
    await vi.waitFor(() => expect(host.watchers()).toBe(1))
    host.change({ ...fixture, rows: { ...fixture.rows, 'kafka.groups': (fixture.rows['kafka.groups'] ?? []).slice(0, 5) } }, [
      'kafka.groups',
    ])
    await expect.element(page.getByText('5 groups', { exact: true })).toBeVisible()
  })
  it('opens a record in the drawer on Space, and closes it on Escape', async () => {
    await start('#/system/kafka')
    await expect.element(page.getByText('25 groups')).toBeVisible()
    await userEvent.keyboard('j ')
    await expect.element(page.getByRole('complementary', { name: 'Record' })).toBeVisible()
    await userEvent.keyboard('{Escape}{Escape}')
    await vi.waitFor(() => expect(document.querySelector('aside')).toBeNull())
  })
  it('keeps filter and sort in the URL', async () => {
    await start('#/system/kafka')
    await expect.element(page.getByText('25 groups')).toBeVisible()
    await userEvent.keyboard('/lag>1000{Enter}')
    await expect.element(page.getByText(/could not be judged by this filter/)).toBeVisible()
    expect(decodeURIComponent(location.hash)).toContain('typed=lag>1000')
  })
})

describe('viewing', () => {
  it('and who answers are said to those who do not see them', async () => {
    await start()
    await expect.element(page.getByRole('button', { name: /^Viewing: LIVE$/ })).toBeVisible()
    await expect.element(page.getByRole('button', { name: /^Watching: 1 of 1 answering/ })).toBeVisible()
  })
  it('shows nothing of another moment while the one asked for is on its way', async () => {
    let arrive = (): void => undefined
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve
    })
    await start('#/system/kafka', ({ records, findings }) => ({
      records: {
        ...records,
        page: async (ask, call) => {
          if (ask.viewing.at !== undefined) await arrived
          return records.page(ask, call)
        },
      },
      findings: {
        page: async (ask, call) => {
          if (ask.viewing.at !== undefined) await arrived
          return findings.page(ask, call)
        },
      },
    }))
    await expect.element(page.getByText('25 groups')).toBeVisible()
    await expect.element(page.getByRole('link', { name: 'Kafka critical' })).toBeVisible()
    await userEvent.keyboard('j{Shift>}{ArrowLeft}{/Shift}')
    await expect.element(page.getByRole('button', { name: /Viewing: AT/ })).toBeVisible()
    await expect.element(page.getByText('Nothing is wrong').or(heading())).toBeVisible()
    expect(page.getByText('25 groups').elements()).toEqual([])
    expect(page.getByRole('link', { name: 'Kafka critical' }).elements()).toEqual([])
    expect(page.getByRole('button', { name: /^Watching: 1 of 1/ }).elements()).toHaveLength(1)
    arrive()
    await expect.element(page.getByText('25 groups')).toBeVisible()
    await vi.waitFor(() => expect(document.activeElement?.getAttribute('role')).toBe('grid'))
  })
  it('goes ten minutes back with Shift-←, colours the frame, and comes back live with L', async () => {
    await start()
    await expect.element(heading()).toBeVisible()
    await userEvent.keyboard('{Shift>}{ArrowLeft}{/Shift}')
    await vi.waitFor(() => expect(document.querySelector('[data-viewing]')?.getAttribute('data-viewing')).toBe('past'))
    await expect.element(page.getByRole('button', { name: /^Viewing/ })).toMatchTextContent(/AT .* UTC \(−10 min\)/)
    await userEvent.keyboard('{Shift>}L{/Shift}')
    await vi.waitFor(() => expect(document.querySelector('[data-viewing]')?.getAttribute('data-viewing')).toBe('live'))
  })
})

describe('text of strangers', () => {
  /** Turns round what stands after it, and is longer than any line. */
  const hostile = `x\u202e${'y'.repeat(5_000)}`
  async function shown(): Promise<string> {
    await expect.element(page.getByText('U+202E').first()).toBeVisible()
    const named = [...document.querySelectorAll('[aria-label]')].map((one) => one.getAttribute('aria-label'))
    return `${document.body.textContent} ${named.join(' ')}`
  }
  const harmless = (text: string): void => {
    expect(text).not.toMatch(/\u202e/)
    expect(text).not.toMatch(/y{1000}/)
  }
  it('is made visible and short in what changed', async () => {
    await start('#/now', ({ record }) => ({
      record: {
        get: async (ask, call) => ({
          ...(await record.get(ask, call)),
          history: [{ at: new Date(), what: 'changed', why: hostile, fields: { clients: { from: [], to: [hostile, hostile] } } }],
        }),
      },
    }))
    harmless(await shown())
  })
  it('is made visible and short in the name of a file', async () => {
    const moment = { at: '2026-08-21T02:41:00Z', name: hostile, by: '' }
    const span = { from: '2026-08-21T02:00:00Z', to: '2026-08-21T03:00:00Z' }
    const manifest: Manifest = {
      format: 'lsnap',
      version: '1',
      minReader: '1',
      id: 'f',
      createdAt: span.to,
      title: hostile,
      ...span,
      zone: 'UTC',
      app: { name: 'Landscope', version: '0' },
      redaction: { profile: 'internal', counts: {} },
      moments: [moment],
      instances: [],
      collections: [],
      entries: [],
    }
    await start('#/connections?source=f', ({ hello }) => ({
      hello: async (ask, call) => ({
        ...(await hello(ask, call)),
        sources: [{ source: 'f', path: '', manifest, verified: 'verified', damaged: [], ignored: [], says: [] }],
      }),
    }))
    await userEvent.click(page.getByRole('button', { name: /^Viewing: FILE/ }))
    harmless(await shown())
  })
  it('is made visible and short in what is pasted', async () => {
    await start('#/connections', () => ({
      names: {
        find: async ({ text }) => ({
          hits: [
            {
              urn: 'urn:ls:a:b:c:d',
              label: 'd',
              system: 'kafka',
              collection: 'groups',
              health: 'ok',
              connection: 'c',
              spans: [{ from: 0, to: text.length }],
            },
          ],
        }),
      },
    }))
    await userEvent.keyboard('{Control>}k{/Control}')
    await userEvent.fill(page.getByRole('textbox', { name: 'Name, id, or a pasted text' }), hostile)
    await expect.element(page.getByText('U+202E').first()).toBeVisible()
    harmless(document.querySelector('[data-lit]')?.textContent ?? hostile)
  })
  it('is made visible and short in evidence', async () => {
    const item = (offset: bigint, place: string, key: string): readonly Cell[] => [offset, place, JSON.stringify({ [key]: 1 }), hostile]
    await start(`#/record?urn=${encodeURIComponent(groupUrn('play-totals'))}`, () => ({
      reads: {
        run: async function* () {
          yield {
            columns: ['offset', 'place', 'value', 'key'],
            rows: [item(1n, 'before', hostile), item(2n, 'at', 'other')],
            from: 'live',
          }
        },
      },
    }))
    await expect.element(page.getByText(/missing/)).toBeVisible()
    harmless(await shown())
  })
})

describe('keys', () => {
  it('that mean nothing here say so', async () => {
    await start('#/connections')
    await expect.element(heading()).toBeVisible()
    await userEvent.keyboard('c')
    await expect.element(page.getByText(/nothing to do here/)).toBeVisible()
  })
  it('are listed on ?', async () => {
    await start()
    await expect.element(heading()).toBeVisible()
    await userEvent.keyboard('?')
    await expect.element(page.getByText(/everything by name; paste an alert/)).toBeVisible()
  })
})

describe('the look', () => {
  it('is remembered', async () => {
    await start()
    expect(document.documentElement.dataset.theme).toBe('dark')
    await userEvent.click(page.getByRole('button', { name: 'Theme: dark' }))
    expect(document.documentElement.dataset.theme).toBe('light')
    expect(localStorage.getItem('theme')).toBe('light')
  })
  it('gives every state a shape and a word', async () => {
    await start('#/system/kafka')
    await expect.element(page.getByText('25 groups')).toBeVisible()
    for (const status of document.querySelectorAll('[data-health]')) expect(status.textContent?.replace(/[■◆▲?◐●○\s]/g, '')).not.toBe('')
  })
})
