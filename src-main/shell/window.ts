// The one window: hardened, put back where it stood, brought back when its page dies or hangs.
import { join } from 'node:path'
import { BrowserWindow, dialog, screen } from 'electron'
import { APP_ORIGIN } from './app-scheme.ts'
import { type Heartbeat, startHeartbeat } from './heartbeat.ts'
import { linkOpener } from './link-opener.ts'
import { keepToOnePage } from './navigation.ts'
import { readWindowState, writeWindowState } from './window-state.ts'

/** Deaths of the page within `RELOAD_WINDOW_MS` after which it is no longer reloaded without asking. */
const RELOADS_ALLOWED = 5
const RELOAD_WINDOW_MS = 60_000

export interface AppWindowOptions {
  readonly preload: string
  readonly profile: string
  readonly devTools: boolean
  /** Told when the window can be seen for the first time. */
  onShown(): void
}

/** Opens the window and loads the page. */
export function openAppWindow(options: AppWindowOptions): BrowserWindow {
  const stateFile = join(options.profile, 'window.json')
  const { x, y, width, height, maximized } = readWindowState(
    stateFile,
    screen.getAllDisplays().map((display) => display.workArea),
  )
  const window = new BrowserWindow({
    width,
    height,
    ...(x === undefined || y === undefined ? {} : { x, y }),
    minWidth: 800,
    minHeight: 500,
    show: false,
    backgroundColor: '#0f1216',
    title: 'Landscope',
    webPreferences: {
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: options.devTools,
    },
  })
  if (maximized) window.maximize()
  window.once('ready-to-show', () => {
    window.show()
    options.onShown()
  })
  window.on('close', () => writeWindowState(stateFile, { ...window.getNormalBounds(), maximized: window.isMaximized() }))
  keepToOnePage(window.webContents, APP_ORIGIN, linkOpener(window))
  reloadWhenGone(window)
  askWhenSilent(window)
  void window.loadURL(`${APP_ORIGIN}/`)
  return window
}

/** The address, with the place inside the page, outlives the page's process; the host and its connections do too. */
function reloadWhenGone(window: BrowserWindow): void {
  let deaths: number[] = []
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return
    const now = performance.now()
    deaths = [...deaths.filter((at) => now - at < RELOAD_WINDOW_MS), now]
    if (deaths.length < RELOADS_ALLOWED) {
      window.webContents.reload()
      return
    }
    void dialog
      .showMessageBox(window, {
        type: 'error',
        message: `The page ended ${RELOADS_ALLOWED} times within a minute.`,
        detail: `Last reason: ${reason}. The connections go on.`,
        buttons: ['Reload'],
      })
      .then(() => {
        if (!window.isDestroyed()) window.webContents.reload()
      })
  })
}

/** Asks the page every two seconds; after three questions without an answer the person may reload it. */
function askWhenSilent(window: BrowserWindow): void {
  const contents = window.webContents
  let heartbeat: Heartbeat | undefined
  const start = (): void => {
    heartbeat?.stop()
    heartbeat = startHeartbeat({
      everyMs: 2_000,
      openAtStart: 3,
      openLater: 3,
      ask: () => {
        if (!contents.isDestroyed() && !contents.isCrashed()) contents.send('ping')
      },
      onSilent: () => {
        void dialog
          .showMessageBox(window, {
            type: 'warning',
            message: 'The page does not answer.',
            detail: 'Connections and recording go on without it.',
            buttons: ['Wait', 'Reload'],
            defaultId: 0,
            cancelId: 0,
          })
          .then(({ response }) => {
            if (window.isDestroyed()) return
            if (response === 1) contents.forcefullyCrashRenderer() // its death reloads it; a plain reload would wait for the page
            start()
          })
      },
    })
  }
  contents.ipc.on('pong', () => heartbeat?.answered())
  contents.on('did-finish-load', start)
  window.on('closed', () => heartbeat?.stop())
}
