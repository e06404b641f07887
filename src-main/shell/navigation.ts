// The window shows one page for ever: nothing it does can lead it elsewhere or open another window.
import type { WebContents } from 'electron'

/**
 * Refuses every navigation that would leave the document, every new window and every webview. Moves inside the document (the
 * page's routes are behind `#`) raise none of these events. Chromium asks nobody about `about:blank`: the page is brought back
 * from there to the place where it was.
 * @param origin of the page
 * @param onLink called with the address of a link that asked for a new window
 */
export function keepToOnePage(contents: WebContents, origin: string, onLink: (url: string) => void): void {
  contents.on('will-navigate', (event) => event.preventDefault())
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-frame-navigate', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    onLink(url)
    return { action: 'deny' }
  })
  let place = `${origin}/`
  contents.on('did-navigate-in-page', (_event, url, isMainFrame) => {
    if (isMainFrame) place = url
  })
  contents.on('did-navigate', (_event, url) => {
    if (url.startsWith(`${origin}/`)) place = url
    else void contents.loadURL(place)
  })
}
