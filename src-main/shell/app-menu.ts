// The menu of the window: what every desktop app has, and opening a file.
import { app, dialog, Menu } from 'electron'

/** Sets the menu. `openFile` gets the absolute path of a snapshot that a person chose. */
export function setAppMenu(openFile: (file: string) => void): void {
  const choose = async (): Promise<void> => {
    const { filePaths } = await dialog.showOpenDialog({
      title: 'Open a snapshot',
      properties: ['openFile'],
      filters: [{ name: 'Landscope snapshots', extensions: ['lsnap'] }],
    })
    for (const file of filePaths) openFile(file)
  }
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...(process.platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
      {
        label: 'File',
        submenu: [
          { label: 'Open snapshot…', accelerator: 'CmdOrCtrl+O', click: () => void choose() },
          { type: 'separator' },
          process.platform === 'darwin' ? { role: 'close' } : { role: 'quit' },
        ],
      },
      { role: 'editMenu' },
      {
        label: 'View',
        submenu: [
          { role: 'reload' },
          ...(app.isPackaged ? [] : [{ role: 'toggleDevTools' } as const]),
          { type: 'separator' },
          { role: 'resetZoom' },
          { role: 'zoomIn' },
          { role: 'zoomOut' },
          { type: 'separator' },
          { role: 'togglefullscreen' },
        ],
      },
      { role: 'windowMenu' },
    ]),
  )
}
