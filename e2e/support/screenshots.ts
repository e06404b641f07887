// `npm run screenshots`: every page in both themes and two sizes, of the recorded incident, into ./screenshots with a manifest.
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkout } from './launch-app.ts'
import { type Place, placesOf, recordedIncident, settled, worstMoment } from './screenshots-places.ts'
import { openServedLab, type ServedLab } from './served-lab.ts'

const themes = ['dark', 'light'] as const
const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 700 },
] as const
const folder = join(checkout, 'screenshots')

/** What is opened over a page for a picture of its own. */
const over: Readonly<Record<string, (served: ServedLab) => Promise<unknown>>> = {
  palette: async ({ page }) => {
    await page.keyboard.press('Control+k')
    await page.keyboard.insertText('FIRING ConsumerLagHigh group=billing topic=play-events severity=page')
    await page.getByRole('list', { name: 'Found' }).getByRole('listitem').first().waitFor()
  },
  keys: ({ page }) => page.keyboard.press('?'),
  viewing: ({ page }) => page.getByRole('button', { name: 'Viewing' }).click(),
}

const file = process.argv[2] ?? recordedIncident()
if (file === undefined) {
  console.error('There is no recorded incident (resources/incidents/*.lsnap); npm run record-incident makes one.')
  process.exit(2)
}
const pictures: unknown[] = []
const served = await openServedLab()
try {
  const { page } = served
  const opened = await served.client.sources.open({ path: file })
  const at = await worstMoment(served, opened)
  const places = await placesOf(served, opened, at)
  const now = places.find((p) => p.name === 'now')?.place ?? '/now'
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  for (const theme of themes) {
    await page.evaluate((chosen) => {
      localStorage.setItem('theme', chosen)
      localStorage.setItem('first run dismissed', 'yes')
      sessionStorage.setItem('first run sent', 'yes')
    }, theme)
    await page.reload()
    for (const size of sizes) {
      await page.setViewportSize(size)
      for (const place of places) await picture(place, theme, size)
      for (const [name, open] of Object.entries(over)) await picture({ name, place: now, list: false }, theme, size, open)
    }
  }
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify({ file, at: at.toISOString(), pictures }, null, 2)}\n`)
  console.log(`${pictures.length} pictures of ${places.length + Object.keys(over).length} pages in ${folder}`)
} finally {
  await served.close()
}

async function picture(
  { name, place }: Place,
  theme: string,
  size: { readonly width: number; readonly height: number },
  open?: (served: ServedLab) => Promise<unknown>,
): Promise<void> {
  const { page } = served
  await served.go(place)
  await settled(served)
  await open?.(served)
  const to = `${name}.${theme}.${size.width}x${size.height}.png`
  await page.screenshot({ path: join(folder, to) })
  const title = await page
    .locator('main h1')
    .first()
    .innerText({ timeout: 1_000 })
    .catch(() => '')
  pictures.push({ file: to, page: name, theme, ...size, place, title })
  if (open !== undefined) await page.keyboard.press('Escape')
}
