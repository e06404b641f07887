// The shell, Electron's main process: one window, one host, one instance. It opens no data connection and parses no data.
import { mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { app, BrowserWindow, dialog, session } from 'electron'
import { z } from 'zod'
import { defaultProfileFolder } from '../host/profile-folder.ts'
import { setAppMenu } from './app-menu.ts'
import { answerAppScheme, registerAppScheme } from './app-scheme.ts'
import { appArguments, parseShellArguments } from './arguments.ts'
import { handPortsTo } from './hand-ports.ts'
import { denyPermissions, watchGestures } from './permissions.ts'
import { startHost } from './start-host.ts'
import { openAppWindow } from './window.ts'

const out = join(import.meta.dirname, '..')
const words = appArguments(process.argv, app.isPackaged)
const wanted = parseShellArguments(words, process.cwd())
const profile = wanted.profile ?? defaultProfileFolder()

/** What a second instance hands to the first, instead of Chromium's reordered copy of its arguments. */
const secondInstance = z.object({ words: z.array(z.string().max(4_096)).max(100), cwd: z.string().max(4_096) })

try {
  mkdirSync(profile, { recursive: true, mode: 0o700 })
} catch (error) {
  console.error(`The profile folder ${profile} cannot be used: ${error instanceof Error ? error.message : String(error)}`)
  app.exit(1)
}
app.setPath('userData', join(profile, 'shell'))
registerAppScheme()
// As root Chromium runs only without its sandbox; enabling it then would end every child process.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()

if (app.isPackaged && (app.commandLine.hasSwitch('remote-debugging-port') || app.commandLine.hasSwitch('remote-debugging-pipe'))) {
  console.error('Landscope cannot be debugged from outside: start it without --remote-debugging-port.') // no fuse covers it
  app.exit(2)
} else if (app.requestSingleInstanceLock({ words, cwd: process.cwd() })) {
  void app.whenReady().then(held).then(start)
} else {
  console.log('Landscope already runs: its window comes to the front.')
  app.exit(0)
}

/** Playwright attaches before the first window only if the app waits for it; no other run waits. */
async function held(): Promise<void> {
  if (app.isPackaged || process.env.LANDSCOPE_TEST_HOLD !== '1') return
  await new Promise<void>((go) => {
    Object.assign(globalThis, { __go: go })
  })
}

function start(): void {
  const recentGesture = new Map<number, () => boolean>()
  denyPermissions(session.defaultSession, (contents) => recentGesture.get(contents.id)?.() ?? false)
  answerAppScheme(session.defaultSession, join(out, 'renderer'))
  app.on('web-contents-created', (_event, contents) => {
    recentGesture.set(contents.id, watchGestures(contents))
    contents.once('destroyed', () => recentGesture.delete(contents.id))
  })

  let window: BrowserWindow | undefined
  // What was opened before a page listens is told to it when it asks for its port.
  let opened: string | undefined
  let listens = false
  const tellPage = (channel: 'host' | 'opened', data: unknown): void => {
    if (window !== undefined && !window.isDestroyed()) window.webContents.send(channel, data)
  }
  const tellOpened = (): void => {
    if (opened !== undefined) tellPage('opened', opened)
    opened = undefined
  }
  const host = startHost({
    programs: join(out, 'main'),
    profile,
    windowMs: wanted.windowMs,
    onState: (state) => tellPage('host', state),
    onOpened: (source) => {
      opened = source
      if (listens) tellOpened()
    },
    onNotOpened: (file, says) => {
      const box = { type: 'warning', message: `${basename(file)} was not opened.`, detail: says } as const
      void (window === undefined || window.isDestroyed() ? dialog.showMessageBox(box) : dialog.showMessageBox(window, box))
    },
  })
  const openFile = (file: string): void => host.send({ type: 'open', file })
  if (wanted.open !== undefined) openFile(wanted.open)

  const show = (): void => {
    window = openAppWindow({
      preload: join(out, 'preload', 'preload.cjs'),
      profile,
      devTools: !app.isPackaged,
      onShown: () => console.log('Landscope is open.'),
    })
    listens = false
    window.webContents.on('did-navigate', () => {
      listens = false
    })
    handPortsTo(window.webContents, host, () => {
      listens = true
      tellOpened()
    })
  }
  setAppMenu(openFile)
  show()

  app.on('second-instance', (_event, _argv, _cwd, data) => {
    const said = secondInstance.safeParse(data)
    const { open } = said.success ? parseShellArguments(said.data.words, said.data.cwd) : {}
    if (open !== undefined) openFile(open)
    if (window === undefined || window.isDestroyed()) show()
    else {
      if (window.isMinimized()) window.restore()
      window.focus()
    }
  })
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) show()
  })
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  let closed = false
  app.on('before-quit', (event) => {
    if (closed) return
    event.preventDefault()
    void host.close().finally(() => {
      closed = true
      app.quit()
    })
  })
}
