// The habits of every page, each as one question asked of a page that is shown. An answer is a list of breaches; none is good.
import type { Cell, Page as RowsPage } from '../../shared/contract/messages.ts'
import { isUnknown } from '../../shared/model/known.ts'
import { systems } from '../../shared/systems/index.ts'
import { seriousOf } from '../support/axe.ts'
import { type Place, settled } from '../support/screenshots-places.ts'
import type { ServedLab } from '../support/served-lab.ts'

export interface Visit {
  readonly served: ServedLab
  readonly place: Place
  /** What the host answers for the list of this page, where it is one of a system. */
  readonly list: RowsPage | undefined
  /** The declared kinds and units of that list's fields. */
  readonly fields: Readonly<Record<string, { readonly kind: string; readonly unit?: string | undefined }>>
}
export interface Habit {
  readonly says: string
  breaches(visit: Visit): Promise<readonly string[]>
}

const numeric = ['int64', 'decimal', 'duration', 'bytes', 'count', 'ratio']
const onLists =
  (ask: (visit: Visit, list: RowsPage) => Promise<readonly string[]>): Habit['breaches'] =>
  async (visit) =>
    visit.list === undefined ? [] : ask(visit, visit.list)

/** The field that a column of the page stands for, by its title. */
function fieldOf(title: string, fields: Visit['fields']): string | undefined {
  const letters = (text: string): string =>
    text
      .toLowerCase()
      .replace(/(ms|bytes)$/, '')
      .replace(/[^a-z0-9]/g, '')
  const plain = title.replace(/[↑↓]/g, '').trim()
  return Object.keys(fields).find((name) => letters(plain) === letters(name) || letters(plain).startsWith(letters(name)))
}

/** Titles of the columns and texts of the cells that are drawn now. */
async function drawn({ served }: Visit): Promise<{ readonly titles: readonly string[]; readonly rows: readonly (readonly string[])[] }> {
  return await served.page
    .locator('main [role=grid]')
    .first()
    .evaluate((grid) => ({
      titles: [...grid.querySelectorAll('[role=columnheader]')].map((head) => head.textContent ?? ''),
      rows: [...grid.querySelectorAll('[role=row][id]')].map((row) =>
        [...row.querySelectorAll('[role=gridcell]')].map((cell) => cell.textContent ?? ''),
      ),
    }))
}

/** Types a filter, goes back to the list and, where nothing is filtered any more, waits until everything is there again. */
async function filtered({ served, list }: Visit, text: string): Promise<void> {
  const filter = served.page.getByRole('textbox', { name: 'Filter' })
  await filter.fill(text)
  await filter.press('Enter')
  if (text === '')
    await served.page
      .locator(`main [role=grid][aria-rowcount="${(list?.total ?? 0) + 1}"] [role=row][id] bdi`)
      .first()
      .waitFor()
}

async function press({ served }: Visit, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await served.page.keyboard.press(key)
}

export const habits: readonly Habit[] = [
  {
    says: 'the first line is one large sentence or title, and there is exactly one',
    breaches: async ({ served }) => {
      const lines = await served.page.locator('main h1').allInnerTexts()
      return lines.length === 1 && (lines[0] ?? '').trim() !== '' ? [] : [`${lines.length} headings: ${lines.join(' | ')}`]
    },
  },
  {
    says: 'nothing that a machine says to itself is shown: no undefined, NaN, null, [object …]',
    breaches: async ({ served, place }) => {
      if (place.name.endsWith('-raw')) return []
      const text = await served.page.locator('body').innerText()
      // A server may well speak of a token 'null'.
      return [...text.matchAll(/.{0,30}(\bundefined\b|\bNaN\b|\[object |Invalid Date|(?<!['"])\bnull\b(?!['"])).{0,30}/g)]
        .slice(0, 3)
        .map(([found]) => found)
    },
  },
  {
    says: 'where one looks is said in the bar, and the frame is coloured while it is not live',
    breaches: async ({ served, place }) => {
      const isFile = place.place.includes('source=')
      const said = await served.page.getByRole('button', { name: 'Viewing' }).innerText()
      const frame = await served.page.locator('[data-viewing]').first().getAttribute('data-viewing')
      return said.includes('FILE') === isFile && (frame === 'file') === isFile ? [] : [`${said} in a frame ${frame}`]
    },
  },
  {
    says: 'a state is a shape and a word, never colour alone',
    breaches: async ({ served }) =>
      await served.page.locator('[data-health]').evaluateAll((all) =>
        all.flatMap((one) => {
          const shape = one.querySelector('[aria-hidden=true]')?.textContent ?? ''
          const rest = (one.textContent ?? '').replace(shape, '').trim()
          return one.matches('mark') || (shape !== '' && rest !== '') ? [] : [one.outerHTML.slice(0, 120)]
        }),
      ),
  },
  {
    says: 'what is not known shows its reason as a word in its cell',
    breaches: onLists(async (visit, list) => {
      const { titles, rows } = await drawn(visit)
      const breaches: string[] = []
      for (const [i, title] of titles.entries()) {
        const field = fieldOf(title, visit.fields)
        const at = field === undefined ? -1 : list.columns.indexOf(field)
        if (at < 0) continue
        const known = list.rows.filter((row) => !isUnknown(row.cells[at] as Cell)).length
        const texts = rows.map((row) => row[i] ?? '')
        const words = texts.filter((text) => /^\? \S/.test(text)).length
        if (list.rows.length === rows.length && words !== list.rows.length - known)
          breaches.push(`${title}: ${words} words for ${list.rows.length - known} unknown of ${list.rows.length}`)
      }
      return breaches
    }),
  },
  {
    says: 'numbers are tabular and stand at the right, with their unit in the header',
    breaches: onLists(async (visit) => {
      const { titles } = await drawn(visit)
      const looks = await visit.served.page
        .locator('main [role=grid] [role=row][id]')
        .first()
        .evaluate((row) =>
          [...row.querySelectorAll('[role=gridcell]')].map((cell) => {
            const style = getComputedStyle(cell)
            const inside = getComputedStyle(cell.querySelector('span, bdi') ?? cell)
            return {
              right: style.textAlign === 'right' || style.textAlign === 'end' || style.justifyContent.includes('end'),
              tabular:
                inside.fontVariantNumeric.includes('tabular') ||
                style.fontVariantNumeric.includes('tabular') ||
                inside.fontFamily.includes('Mono'),
            }
          }),
        )
      return titles.flatMap((title, i) => {
        const field = visit.fields[fieldOf(title, visit.fields) ?? '']
        const look = looks[i]
        if (i === 0 || look === undefined || field === undefined || !numeric.includes(field.kind)) return []
        return look.right && look.tabular ? [] : [`${title}: ${JSON.stringify(look)}`]
      })
    }),
  },
  {
    says: 'an empty list says which emptiness it is, and the next step',
    breaches: onLists(async (visit) => {
      const { page } = visit.served
      await filtered(visit, 'no-such-thing-anywhere')
      const empty = page.locator('main [data-empty]')
      await empty.waitFor()
      const kind = await empty.getAttribute('data-empty')
      const lines = (await empty.innerText()).split('\n').filter((line) => line.trim() !== '')
      await filtered(visit, '')
      return kind === 'none-match' && lines.length >= 2 ? [] : [`${kind}: ${lines.join(' | ')}`]
    }),
  },
  {
    says: 'a filter names the rows it could not judge',
    breaches: onLists(async (visit, list) => {
      const at = list.columns.findIndex(
        (name, i) => numeric.includes(visit.fields[name]?.kind ?? '') && list.rows.some((row) => isUnknown(row.cells[i] as Cell)),
      )
      const name = list.columns[at]
      if (name === undefined) return []
      await filtered(visit, `${name}>0`)
      const said = await visit.served.page
        .getByText(/could not be judged by this filter/)
        .waitFor({ timeout: 10_000 })
        .then(
          () => true,
          () => false,
        )
      await filtered(visit, '')
      return said ? [] : [`${name}>0 says nothing of its unknown rows`]
    }),
  },
  {
    says: 'times are ages in lists; u makes them moments in UTC, and ages again',
    breaches: onLists(async (visit) => {
      const times = (): Promise<readonly string[]> => visit.served.page.locator('main [role=grid] time').allInnerTexts()
      const after = async (test: (text: string) => boolean): Promise<readonly string[]> => {
        await press(visit, 'u')
        let texts = await times()
        for (let tries = 0; tries < 50 && !texts.every(test); tries++) texts = await times()
        return texts
      }
      const before = await times()
      if (before.length === 0) return []
      const isMoment = (text: string): boolean => /UTC$/.test(text)
      const flipped = await after(isMoment)
      const back = await after((text) => !isMoment(text))
      return [
        ...before.filter((text) => !/ago$|^in |^now$/.test(text)).map((text) => `no age: ${text}`),
        ...flipped.filter((text) => !isMoment(text)).map((text) => `no moment: ${text}`),
        ...(back.some(isMoment) ? ['u does not flip back'] : []),
      ].slice(0, 3)
    }),
  },
  {
    says: 'a row is copied exactly: all digits, times as ISO, units left to the header',
    breaches: onLists(async (visit) => {
      const { page } = visit.served
      await page.locator('main [role=grid]').first().focus()
      // It is said for some seconds only: whoever wants to hear it listens before. What failed is said as well.
      const [said] = await Promise.all([page.getByRole('status').getByText(/cop/).innerText(), press(visit, 'Home', 'Y')])
      if (!said.endsWith('copied, exact')) return [said]
      const copied = await page.evaluate(() => navigator.clipboard.readText())
      const [head = '', row = ''] = copied.trim().split('\n')
      await press(visit, 'Escape')
      const wrong = row.split('\t').filter((cell) => /^\d{1,3}(,\d{3})+$/.test(cell) || / ago$/.test(cell))
      return head.includes('\t') && wrong.length === 0 ? [] : [`copied: ${copied.slice(0, 200)}`]
    }),
  },
  {
    says: 'a key that means nothing here says so',
    breaches: async (visit) => {
      const { page } = visit.served
      const said = page
        .getByRole('status')
        .getByText(/nothing to do here/)
        .waitFor({ timeout: 5_000 })
      const [heard] = await Promise.allSettled([said, press(visit, 'z')])
      return heard.status === 'fulfilled' ? [] : ['z is silent']
    },
  },
  {
    says: 'every noun in the sentence is a control that Tab reaches',
    breaches: async ({ served }) => {
      const nouns = await served.page
        .locator('main h1 button')
        .evaluateAll((all) => all.filter((one) => one instanceof HTMLElement && one.tabIndex >= 0).length)
      return nouns === (await served.page.locator('main h1 button').count()) ? [] : ['a noun is out of reach']
    },
  },
  {
    says: 'at 200 % nothing is cut off sideways',
    breaches: async ({ served }) => {
      await served.page.setViewportSize({ width: 720, height: 450 })
      const over = await served.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      const shown = await served.page.locator('main h1').first().isVisible()
      await served.page.setViewportSize({ width: 1440, height: 900 })
      return over <= 0 && shown ? [] : [`${over} px too wide${shown ? '' : ', no sentence'}`]
    },
  },
  {
    says: 'axe finds nothing serious in the dark and in the light',
    breaches: async ({ served }) => {
      const breaches: string[] = []
      for (const theme of ['dark', 'light']) {
        await served.page.evaluate(
          (chosen) => Object.assign(document.documentElement.dataset, { theme: chosen, mantineColorScheme: chosen }),
          theme,
        )
        breaches.push(...(await seriousOf(served.page)).map((line) => `${theme}: ${line}`))
      }
      await served.page.evaluate(() => Object.assign(document.documentElement.dataset, { theme: 'dark', mantineColorScheme: 'dark' }))
      return breaches
    },
  },
]

/** Goes to a page and asks it everything. */
export async function visit(served: ServedLab, place: Place, told: (habit: Habit, breaches: readonly string[]) => void): Promise<void> {
  await served.go(place.place)
  await settled(served)
  const [, system = '', tab = ''] = /^\/system\/(\w+)\?tab=(\w+)/.exec(place.place) ?? []
  const declared = Object.entries(systems).find(([id]) => id === system)?.[1]
  const collections: Readonly<Record<string, { readonly fields: Visit['fields'] }>> = declared?.collections ?? {}
  const params = new URLSearchParams(place.place.slice(place.place.indexOf('?') + 1))
  const viewing = { source: params.get('source') ?? '', at: new Date(params.get('at') ?? 0) }
  const fields = collections[tab]?.fields ?? {}
  const list = declared === undefined ? undefined : await served.ask(system, tab, viewing)
  const of: Visit = { served, place, list: list === undefined || list.rows.length === 0 ? undefined : list, fields }
  for (const habit of habits) told(habit, await habit.breaches(of).catch((error: unknown) => [String(error).slice(0, 300)]))
}
