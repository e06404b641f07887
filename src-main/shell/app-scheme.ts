// `landscope://app/`: the scheme under which the window loads the page. Answers only GET, only for the one host, only with the
// page's own files, and sends the content security policy with every answer. No `file:` URL is ever loaded.
import { protocol, type Session } from 'electron'
import { readPageFile } from '../served/page-files.ts'
import { PAGE_HEADERS } from '../served/page-headers.ts'

/** Origin of the page in the window. */
export const APP_ORIGIN = 'landscope://app'

/** Makes the scheme known to Chromium; must run before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'landscope', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true } },
  ])
}

/** Answers the scheme in a session from the folder of the built page. */
export function answerAppScheme(session: Session, root: string): void {
  session.protocol.handle('landscope', (request) => answer(root, request))
}

async function answer(root: string, request: Request): Promise<Response> {
  const refuse = (status: number): Response => new Response(null, { status, headers: PAGE_HEADERS })
  const url = new URL(request.url)
  if (request.method !== 'GET') return refuse(405)
  if (url.host !== 'app' || url.username !== '' || url.password !== '') return refuse(404)
  const file = await readPageFile(root, url.pathname)
  if (file.status !== 200) return refuse(file.status)
  return new Response(new Uint8Array(file.body), { headers: { ...PAGE_HEADERS, 'content-type': file.type } })
}
