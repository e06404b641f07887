// Judges addresses that are to be opened in a browser: the only way out of the app.

/** An address that may be opened, with the host to show to the person; or undefined. */
export interface ExternalLink {
  readonly url: string
  readonly host: string
}

/**
 * Judges an address: `https:` only, spelled as such from the first character, without credentials, control characters or spaces.
 * The browser gets the normalised form, so what was judged is what is opened.
 */
export function externalLink(raw: string): ExternalLink | undefined {
  if (raw.length > 2_048 || !/^https:\/\/[^/\\@\s\p{Cc}\p{Cf}]/iu.test(raw) || /[\s\\\p{Cc}\p{Cf}]/u.test(raw)) return undefined
  if (!URL.canParse(raw)) return undefined
  const url = new URL(raw)
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '' || url.hostname === '') return undefined
  return { url: url.href, host: url.host }
}

/** What opening needs: a person's yes, and the system's browser. */
export interface LinkOpener {
  ask(host: string, url: string): Promise<boolean>
  open(url: string): Promise<void>
}

/** Opens an address in the system's browser after the person has seen its host and agreed. Resolves to whether it was opened. */
export async function openExternalLink(raw: string, opener: LinkOpener): Promise<boolean> {
  const link = externalLink(raw)
  if (link === undefined || !(await opener.ask(link.host, link.url))) return false
  await opener.open(link.url)
  return true
}
