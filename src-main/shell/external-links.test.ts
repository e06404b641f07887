import { describe, expect, it } from 'vitest'
import { externalLink, openExternalLink } from './external-links.ts'

const refused = [
  'http://example.org/',
  'HTTP://example.org/',
  'file:///etc/passwd',
  'file://server/share/x',
  'FILE:///C:/Windows/System32/calc.exe',
  'smb://server/share',
  'ms-msdt:/id PCWDiagnostic',
  'ms-settings:privacy',
  'ms-officecmd:%7B%7D',
  'search-ms:query=x',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  ' javascript:alert(1)',
  'java\tscript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'blob:https://example.org/1',
  'vbscript:msgbox(1)',
  'about:blank',
  'chrome://settings',
  'devtools://devtools/bundled/inspector.html',
  'view-source:https://example.org/',
  'landscope://app/',
  'ftp://example.org/',
  'ssh://example.org/',
  'mailto:a@example.org',
  'tel:112',
  'ws://example.org/',
  'wss://example.org/',
  '\\\\server\\share',
  '//example.org/',
  '/etc/passwd',
  'example.org',
  '',
  'https:',
  'https://',
  'https:///example.org',
  'https:example.org',
  'https:/example.org/',
  'https:\\\\example.org\\',
  'https://example.org\\@evil.example/',
  ' https://example.org/',
  'https://example.org/ x',
  '\thttps://example.org/',
  'ht\ntps://example.org/',
  'https\t://example.org/',
  'https://user@example.org/',
  'https://user:word@example.org/',
  'https://@example.org/',
  'https://exam\u0000ple.org/',
  'https://example.org/\u202etxt.exe',
  'https://exa\u200bmple.org/',
  'https://[::1',
  'https://example.org:99999/',
  `https://example.org/${'a'.repeat(3_000)}`,
]

describe('externalLink', () => {
  it.each(refused)('refuses %j', (url) => {
    expect(externalLink(url)).toBeUndefined()
  })

  it.each([
    ['https://example.org/', 'https://example.org/', 'example.org'],
    ['HTTPS://Example.ORG/a?b=c#d', 'https://example.org/a?b=c#d', 'example.org'],
    ['https://example.org:8443/x', 'https://example.org:8443/x', 'example.org:8443'],
    ['https://exämple.org/', 'https://xn--exmple-cua.org/', 'xn--exmple-cua.org'],
    ['https://example.org/a@b', 'https://example.org/a@b', 'example.org'],
  ])('accepts %j and opens its normal form', (raw, url, host) => {
    expect(externalLink(raw)).toEqual({ url, host })
  })
})

describe('openExternalLink', () => {
  const opener = (yes: boolean) => {
    const opened: string[] = []
    const asked: string[] = []
    return {
      opened,
      asked,
      ask: async (host: string): Promise<boolean> => {
        asked.push(host)
        return yes
      },
      open: async (url: string): Promise<void> => {
        opened.push(url)
      },
    }
  }

  it('opens nothing and asks nothing for a refused address', async () => {
    const o = opener(true)
    for (const url of refused) expect(await openExternalLink(url, o)).toBe(false)
    expect(o.opened).toEqual([])
    expect(o.asked).toEqual([])
  })

  it('shows the host before it opens anything, and opens nothing after a no', async () => {
    const o = opener(false)
    expect(await openExternalLink('https://example.org/x', o)).toBe(false)
    expect(o.asked).toEqual(['example.org'])
    expect(o.opened).toEqual([])
  })

  it('opens the normalised address after a yes', async () => {
    const o = opener(true)
    expect(await openExternalLink('https://EXAMPLE.org', o)).toBe(true)
    expect(o.opened).toEqual(['https://example.org/'])
  })
})
