// What the page may ask of the machine: to write text to the clipboard shortly after a person's click or key, and nothing else.
import type { Session, WebContents } from 'electron'
import { APP_ORIGIN } from './app-scheme.ts'

/** How long after an input event the page may still write to the clipboard; Chromium's own activation lasts 5 s. */
const GESTURE_MS = 5_000

/** Input events that count as a person's wish; moving the pointer does not. */
const gestures: ReadonlySet<string> = new Set([
  'mouseDown',
  'mouseUp',
  'rawKeyDown',
  'keyDown',
  'char',
  'touchStart',
  'touchEnd',
  'gestureTap',
])

/** Tells whether a person has just clicked or typed in these contents. */
export function watchGestures(contents: WebContents, now: () => number = performance.now.bind(performance)): () => boolean {
  let last = Number.NEGATIVE_INFINITY
  contents.on('input-event', (_event, input) => {
    if (gestures.has(input.type)) last = now()
  })
  return () => now() - last <= GESTURE_MS
}

/** Denies every permission, device, screen capture and download; clipboard text after a gesture and the page's own files excepted. */
export function denyPermissions(session: Session, recentGesture: (contents: WebContents) => boolean): void {
  const allowed = (permission: string, contents: WebContents | null): boolean =>
    permission === 'clipboard-sanitized-write' && contents !== null && recentGesture(contents)
  session.setPermissionRequestHandler((contents, permission, answer) => answer(allowed(permission, contents)))
  session.setPermissionCheckHandler((contents, permission) => allowed(permission, contents))
  session.setDevicePermissionHandler(() => false)
  session.setDisplayMediaRequestHandler((_request, answer) => answer({}))
  session.on('will-download', (event, item) => {
    if (!item.getURL().startsWith(`blob:${APP_ORIGIN}/`)) event.preventDefault() // what the page itself made, a person may save
  })
  session.on('select-hid-device', (event, _details, answer) => {
    event.preventDefault()
    answer()
  })
  session.on('select-serial-port', (event, _ports, _contents, answer) => {
    event.preventDefault()
    answer('')
  })
  session.on('select-usb-device', (event, _details, answer) => {
    event.preventDefault()
    answer()
  })
}
