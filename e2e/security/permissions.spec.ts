// S7: the page may ask for nothing but to write text to the clipboard after a click.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LaunchedApp, launchApp } from '../support/launch-app.ts'

let launched: LaunchedApp

beforeAll(async () => {
  launched = await launchApp()
  const session = await launched.page.context().newCDPSession(launched.page)
  await session.send('Emulation.setFocusEmulationEnabled', { enabled: true }) // there is no window manager to give focus
})
afterAll(() => launched?.close())

/** Each runs in the page and would resolve if the permission were given. */
const asks: Readonly<Record<string, string>> = {
  geolocation: `new Promise((yes, no) => navigator.geolocation.getCurrentPosition(yes, no))`,
  notifications: `Notification.requestPermission().then((p) => { if (p !== 'granted') throw p })`,
  camera: `navigator.mediaDevices.getUserMedia({ video: true })`,
  microphone: `navigator.mediaDevices.getUserMedia({ audio: true })`,
  'screen capture': `navigator.mediaDevices.getDisplayMedia({ video: true })`,
  'clipboard reading': `navigator.clipboard.readText()`,
  'clipboard pictures': `navigator.clipboard.write([new ClipboardItem({ 'web text/x-own': new Blob(['x']) })])`,
  midi: `navigator.requestMIDIAccess({ sysex: true })`,
  usb: `navigator.usb.requestDevice({ filters: [] })`,
  serial: `navigator.serial.requestPort()`,
  hid: `navigator.hid.requestDevice({ filters: [] }).then((d) => { if (d.length === 0) throw 'none' })`,
  bluetooth: `navigator.bluetooth.requestDevice({ acceptAllDevices: true })`,
  'idle detection': `IdleDetector.requestPermission().then((p) => { if (p !== 'granted') throw p })`,
  'local fonts': `queryLocalFonts().then((f) => { if (f.length === 0) throw 'none' })`,
  'window placement': `getScreenDetails()`,
  'full screen': `document.documentElement.requestFullscreen()`,
  'pointer lock': `document.body.requestPointerLock()`,
  'keyboard lock': `navigator.keyboard.lock().then(() => document.documentElement.requestFullscreen())`,
  'wake lock': `navigator.wakeLock.request('screen')`,
  'files to write': `showSaveFilePicker()`,
}

const click = (): Promise<void> => launched.page.mouse.click(5, 5)

describe('S7 permissions', () => {
  it('are all denied when the page only asks whether it has them', async () => {
    const states = await launched.page.evaluate(async () => {
      const found: string[] = []
      for (const name of [
        'geolocation',
        'notifications',
        'camera',
        'microphone',
        'midi',
        'clipboard-read',
        'idle-detection',
        'local-fonts',
        'window-management',
        'storage-access',
      ]) {
        try {
          const { state } = await navigator.permissions.query({ name: name as PermissionName })
          if (state === 'granted') found.push(name)
        } catch {
          // a name this Chromium does not know
        }
      }
      return found
    })
    expect(states).toEqual([])
  })

  it.each(Object.entries(asks))('deny %s, also right after a click', async (_name, ask) => {
    await click()
    const outcome = await launched.page.evaluate(`Promise.race([
      (async () => ${ask})().then(() => 'granted', () => 'denied'),
      new Promise((resolve) => setTimeout(resolve, 2000, 'never answered')),
    ])`)
    expect(outcome).not.toBe('granted')
  })

  it('let text be written to the clipboard after a click, and only then', async () => {
    const write = (text: string): Promise<string> =>
      launched.page.evaluate(
        (t) =>
          navigator.clipboard.writeText(t).then(
            () => 'written',
            (error: Error) => error.name,
          ),
        text,
      )
    await launched.page.reload()
    await launched.app.evaluate(async () => new Promise((resolve) => setTimeout(resolve, 5_200))) // the last gesture grows old
    expect(await write('without a click')).toBe('NotAllowedError')
    await click()
    expect(await write('after a click')).toBe('written')
    expect(await launched.app.evaluate(({ clipboard }) => clipboard.readText())).toBe('after a click')
  })
})
