// The window shows one page for ever: nothing it does can lead it elsewhere or open another window.
import type { WebContents } from 'electron'

/**
 * Refuses every navigation that would leave the document, every new window and every webview. Moves inside the document (the
 * page's routes are behind `#`) raise none of these events.
 * @param onLink called with the address of a link that asked for a new window
 */
export function keepToOnePage(contents: WebContents, onLink: (url: string) => void): void {
  contents.on('will-navigate', (event) => event.preventDefault())
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-frame-navigate', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    onLink(url)
    return { action: 'deny' }
  })
}
