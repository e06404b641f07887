// Gives the page its port to the host: only to the top frame of our own window, only on our own origin, one open port a load.
import type { MessagePortMain, WebContents, WebFrameMain } from 'electron'
import { APP_ORIGIN } from './app-scheme.ts'
import type { HostProcess } from './host-process.ts'

/**
 * Whether the frame that asks may have a port. A frame that is already gone is `null`. The address is asked for beside the origin,
 * because a blank page has the origin of the page it came from.
 */
export function mayHavePort(asking: Pick<WebFrameMain, 'origin' | 'url'> | null, top: Pick<WebFrameMain, 'origin' | 'url'>): boolean {
  return asking !== null && asking === top && asking.origin === APP_ORIGIN && asking.url.startsWith(`${APP_ORIGIN}/`)
}

/** Listens to these contents alone, so that no other window can ask. `onAsked`: a page of ours is there and listens. */
export function handPortsTo(contents: WebContents, host: HostProcess<MessagePortMain>, onAsked: () => void): void {
  let load = 0
  const key = (): string => `${contents.id}:${load}`
  contents.on('did-navigate', () => {
    host.forget(key())
    load += 1
  })
  contents.once('destroyed', () => host.forget(key()))
  contents.ipc.on('connect', (event, again: unknown) => {
    if (!mayHavePort(event.senderFrame, contents.mainFrame)) return
    if (again === true) host.startAgain()
    host.connect({
      key: key(),
      hand: (id, port) => {
        if (!contents.isDestroyed()) contents.postMessage('port', id, [port])
      },
    })
    onAsked()
  })
}
