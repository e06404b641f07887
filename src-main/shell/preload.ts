// The bridge between page and shell: one object with one function. Ports and the state of the host arrive as window messages, so
// that no Electron object ever reaches the page.
import { contextBridge, ipcRenderer } from 'electron'

ipcRenderer.on('port', (event, id: number) => {
  window.postMessage({ type: 'landscope-port', id }, location.origin, [...event.ports])
})
ipcRenderer.on('host', (_event, host: unknown) => {
  window.postMessage({ type: 'landscope-host', host }, location.origin)
})
ipcRenderer.on('opened', (_event, source: string) => {
  window.postMessage({ type: 'landscope-opened', source }, location.origin)
})
ipcRenderer.on('ping', () => ipcRenderer.send('pong'))

contextBridge.exposeInMainWorld('landscope', {
  /** Asks for a port to the host; `again` also starts a host that was given up. */
  connect: (again?: boolean): void => ipcRenderer.send('connect', again === true),
})
