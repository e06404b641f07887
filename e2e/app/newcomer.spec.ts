// What a newcomer does who adds a system: three rooms and a line in each of three lists, in a copy of this tree. The rest (table, record
// page, search, finding, capture, diff) comes with the declaration. The rooms are the texts in the folder `newcomer`.
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { leftovers } from '../support/free-of-leftovers.ts'
import { checkout } from '../support/launch-app.ts'
import { openServedLab, type ServedLab } from '../support/served-lab.ts'
import { captureAndOpen, until, urnOf } from './lab-story.ts'

const run = promisify(execFile)
const left = leftovers()
let tree = ''
let served: ServedLab
let address = ''
/** What the made-up server answers. */
const beacons = [
  { beacon: 'north-head', light: 'on', oil: 40 },
  { beacon: 'old-harbour', light: 'on', oil: 12.5 },
  { beacon: 'fog-island', light: 'blue', oil: 3 },
]
let darkSince: Date

const rooms = {
  'system.ts.txt': 'shared/systems/beacon/system.ts',
  'connect.ts.txt': 'src-main/systems/beacon/connect.ts',
  'index.ts.txt': 'src-main/systems/beacon/index.ts',
  'screens.ts.txt': 'src-renderer/systems/beacon/screens.ts',
}
/** The three lists: where the first import stands and where the list begins are the same in all of them. */
const lists = [
  { file: 'shared/systems/index.ts', from: './beacon/system.ts', name: 'beacon', entry: 'beacon' },
  { file: 'src-main/systems/index.ts', from: './beacon/index.ts', name: 'beacon', entry: 'beacon' },
  { file: 'src-renderer/systems/index.ts', from: './beacon/screens.ts', name: 'beaconScreens', entry: 'beacon: beaconScreens' },
]

const inTree = (program: string, ...args: string[]): Promise<{ stdout: string }> => run(program, args, { cwd: tree, maxBuffer: 64 << 20 })
const git = (...args: string[]): Promise<{ stdout: string }> =>
  inTree('git', '-c', 'user.name=newcomer', '-c', 'user.email=n@example.net', ...args)

async function copyTree(): Promise<void> {
  const { stdout } = await run('git', ['ls-files', '-coz', '--exclude-standard'], { cwd: checkout, maxBuffer: 64 << 20 })
  for (const file of stdout.split('\0').filter((name) => name !== '' && name !== 'node_modules' && !name.endsWith('.lsnap'))) {
    await mkdir(dirname(join(tree, file)), { recursive: true })
    // A file that git still lists may be gone from the work tree.
    await cp(join(checkout, file), join(tree, file)).catch(() => undefined)
  }
  await symlink(join(checkout, 'node_modules'), join(tree, 'node_modules'))
  await git('init', '-q')
  await writeFile(join(tree, '.git/info/exclude'), 'node_modules\n') // as a link, the pattern of .gitignore does not match it
  await git('add', '-A')
  await git('commit', '-qm', 'As it was')
}

async function addBeacons(): Promise<void> {
  for (const [from, to] of Object.entries(rooms)) {
    await mkdir(dirname(join(tree, to)), { recursive: true })
    await cp(join(checkout, 'e2e/app/newcomer', from), join(tree, to))
  }
  for (const { file, from, name, entry } of lists) {
    const text = await readFile(join(tree, file), 'utf8')
    const [first = ''] = /^import .*$/m.exec(text) ?? []
    const listed = text
      .replace(first, `${first}\nimport { ${name} } from '${from}'`)
      .replace(/(= \{ (?=kafka))([^}]*[^ }]) \}/, (_, open, entries) => `${open}${entries}, ${entry} }`)
    await writeFile(join(tree, file), listed)
  }
}

beforeAll(async () => {
  tree = left.end(await mkdtemp(join(tmpdir(), 'landscope-newcomer-')), (folder) =>
    rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  )
  const server = left.end(
    createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ id: 'the-coast', beacons }))
    }),
    (s) => new Promise((done) => s.close(done).closeAllConnections()),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await copyTree()
  await addBeacons()
}, 120_000)
afterAll(() => left.endAll(), 60_000)

it('touches nothing but the three lists', async () => {
  const { stdout } = await git('diff', '--stat', '--name-only')
  expect(stdout.trim().split('\n').toSorted()).toEqual(lists.map((one) => one.file).toSorted())
  const { stdout: added } = await git('ls-files', '--others', '--exclude-standard')
  expect(added.trim().split('\n').toSorted()).toEqual(Object.values(rooms).toSorted())
  const { stdout: changed } = await git('diff', '--unified=0')
  expect(changed.split('\n').filter((line) => /^[+][^+]/.test(line))).toHaveLength(2 * lists.length) // the import and the entry
})

it('compiles and builds', { timeout: 600_000 }, async () => {
  const errors = await inTree(join(tree, 'node_modules/.bin/tsc'), '-p', '.').then(
    () => '',
    (failed: { readonly stdout: string }) => failed.stdout,
  )
  expect(errors).toBe('')
  await inTree(join(tree, 'node_modules/.bin/electron-vite'), 'build', '--logLevel', 'error')
})

it('is connected like any other', { timeout: 120_000 }, async () => {
  served = left.end(await openServedLab({ tree }), (s) => s.close())
  const { page } = served
  await served.go('/connections')
  await page.getByLabel('Paste a bootstrap list or a URL').fill(address)
  await page.getByLabel('System', { exact: true }).selectOption({ label: 'Beacons' })
  await page.getByLabel('What you call it').fill('coast')
  await page.getByRole('button', { name: 'Test', exact: true }).click()
  const keep = page.getByRole('button', { name: 'Keep it', exact: true })
  await until(served, 'every step passed', () => keep.isEnabled())
  await keep.click()
  await until(served, 'it answers', async () =>
    (await served.rows('landscope', 'connections')).some(({ row }) => row.title === 'coast' && row.state === 'answering'),
  )
})

it('has a table, with words for its states and what nobody knows as a word', { timeout: 60_000 }, async () => {
  const { page } = served
  await page.getByRole('navigation', { name: 'Places' }).getByText('Beacons').click()
  const row = (name: string) => page.getByRole('row', { name: new RegExp(name) })
  await row('old-harbour').waitFor()
  expect(await row('north-head').innerText()).toContain('shining')
  expect(await row('fog-island').innerText()).toMatch(/\?/)
  expect(await row('old-harbour').innerText()).toContain('12.5')
  expect(await page.getByRole('columnheader', { name: /litres/ }).count()).toBe(1)
})

it('is found by name, and has a page of its own with history and curves', { timeout: 60_000 }, async () => {
  const { page } = served
  await page.keyboard.press('Control+k')
  await page.keyboard.insertText('old-har')
  await page.getByRole('list', { name: 'Found' }).getByText('old-harbour').waitFor()
  await page.keyboard.press('Enter')
  await page
    .getByRole('tab', { name: /History/ })
    .or(page.getByRole('button', { name: /History/ }))
    .first()
    .waitFor()
  expect(page.url()).toContain('/record')
  expect(await page.locator('main').innerText()).toContain('old-harbour')
  const urn = await urnOf(served, 'beacon', 'beacons', 'old-harbour')
  const now = Date.now()
  const curve = await served.client.series.read({
    viewing: {},
    urn,
    fields: ['oil'],
    from: new Date(now - 600_000),
    to: new Date(now),
    points: 50,
  })
  expect(curve.fields.oil?.map((p) => p.value)).toContain(12.5)
})

it('is judged: a beacon that goes dark is an incident on Now', { timeout: 60_000 }, async () => {
  const { page } = served
  darkSince = new Date()
  beacons[1] = { beacon: 'old-harbour', light: 'off', oil: 12.5 }
  await page.getByRole('navigation', { name: 'Places' }).getByText('Now').click()
  const says = page.getByRole('heading', { level: 1 })
  await until(served, 'Now says it', async () => (await says.innerText()).includes('old-harbour is dark.'))
  const [finding] = await served.findings()
  expect({ rule: finding?.rule, label: finding?.label }).toEqual({ rule: 'beacon.dark', label: 'old-harbour' })
})

it('is captured into a file, and looked at from there', { timeout: 120_000 }, async () => {
  const { page } = served
  const path = join(tree, 'coast.lsnap')
  await captureAndOpen(served, path)
  await page.getByRole('navigation', { name: 'Places' }).getByText('Beacons').click()
  await page
    .getByRole('row', { name: /old-harbour/ })
    .getByText('dark')
    .waitFor()
  const before = await served.rows('beacon', 'beacons', { source: await sourceOf(path), at: new Date(darkSince.getTime() - 500) })
  expect(before.find(({ row }) => row.beacon === 'old-harbour')?.row.light).toBe('on')
})

it('differs between two moments by what changed', { timeout: 60_000 }, async () => {
  const { page } = served
  const before = encodeURIComponent(new Date(darkSince.getTime() - 500).toISOString())
  await served.go(`/diff?fromAt=${before}`)
  await until(served, 'the page names the change', async () => /old-harbour[\s\S]*dark/.test(await page.locator('main').innerText()))
  const diff = await served.client.records.diff({
    from: { at: new Date(darkSince.getTime() - 500) },
    to: {},
    system: 'beacon',
    offset: 0,
    limit: 10,
  })
  expect(diff.rows.map(({ label, what, fields }) => ({ label, what, fields: Object.keys(fields) }))).toEqual([
    { label: 'old-harbour', what: 'changed', fields: ['light'] },
  ])
})

async function sourceOf(path: string): Promise<string> {
  return (await served.client.hello({})).sources.find((s) => s.path === path)?.source ?? ''
}
