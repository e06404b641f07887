// Finds the page's own files by the path of a request, and nothing else on the disk.
import { readFile, realpath } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'

/** What may be sent, and as what. A file of any other kind does not exist for a request. */
const mimeTypes: ReadonlyMap<string, string> = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.map', 'application/json; charset=utf-8'],
  ['.json', 'application/json; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.ico', 'image/x-icon'],
  ['.woff2', 'font/woff2'],
  ['.woff', 'font/woff'],
  ['.ttf', 'font/ttf'],
])

/** A file of the page, or why there is none: the path itself is not acceptable (400), or nothing is there (404). */
export type PageFile = { readonly status: 200; readonly type: string; readonly body: Buffer } | { readonly status: 400 | 404 }

/**
 * Reads the file that a request names.
 * @param root folder of the built page
 * @param rawPath path of the request as it was sent, still encoded, without the query; `/` is `index.html`
 */
export async function readPageFile(root: string, rawPath: string): Promise<PageFile> {
  const path = acceptablePath(rawPath)
  if (path === undefined) return { status: 400 }
  const type = mimeTypes.get(extname(path))
  if (type === undefined) return { status: 404 }
  try {
    const top = await realpath(root)
    const file = await realpath(join(top, path))
    if (!file.startsWith(top + sep)) return { status: 404 } // a link that leads out
    return { status: 200, type, body: await readFile(file) }
  } catch {
    return { status: 404 } // not there, or not a file: the same answer, so that a request learns nothing about the disk
  }
}

function acceptablePath(rawPath: string): string | undefined {
  if (!rawPath.startsWith('/') || /%2f|%5c|%00/i.test(rawPath)) return undefined
  let path: string
  try {
    path = decodeURIComponent(rawPath)
  } catch {
    return undefined
  }
  if (path === '/') return 'index.html'
  const parts = path.slice(1).split('/')
  const odd = parts.some((part) => part === '' || part.endsWith('.') || part.startsWith('.') || /[\p{Cc}\\:]/u.test(part))
  return odd ? undefined : parts.join('/')
}
