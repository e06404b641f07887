// Asks the person and opens the system's browser. The only module that may import Electron's `shell`.
import { type BrowserWindow, dialog, shell } from 'electron'
import { openExternalLink } from './external-links.ts'

/** Opens links for a window, one question at a time: a page that asks in a loop gets one dialog. */
export function linkOpener(window: BrowserWindow): (url: string) => void {
  let asking = false
  return (url) => {
    if (asking) return
    asking = true
    void openExternalLink(url, {
      ask: async (host, address) => {
        const { response } = await dialog.showMessageBox(window, {
          type: 'question',
          message: `Open ${host} in your browser?`,
          detail: address,
          buttons: ['Open', 'Cancel'],
          defaultId: 1,
          cancelId: 1,
        })
        return response === 0
      },
      open: (address) => shell.openExternal(address),
    }).finally(() => {
      asking = false
    })
  }
}
