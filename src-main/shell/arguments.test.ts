import { describe, expect, it } from 'vitest'
import { appArguments, parseShellArguments } from './arguments.ts'

describe('the arguments of the app', () => {
  it('begin after the path of an app that is not packaged', () => {
    expect(appArguments(['electron', '--no-sandbox', '--inspect=0', '/code/landscope', '--open', 'a b.lsnap'], false)).toEqual([
      '--open',
      'a b.lsnap',
    ])
  })

  it('begin after the program when it is packaged', () => {
    expect(appArguments(['landscope', '--open', 'x.lsnap'], true)).toEqual(['--open', 'x.lsnap'])
  })

  it('are resolved against the folder they were given in', () => {
    expect(parseShellArguments(['--profile', 'p', '--open', '../x.lsnap'], '/home/a')).toEqual({
      profile: '/home/a/p',
      open: '/home/x.lsnap',
    })
  })

  it('may be just a file', () => {
    expect(parseShellArguments(['/tmp/night.lsnap'], '/')).toEqual({ open: '/tmp/night.lsnap' })
  })

  it('may give W its length, within reason', () => {
    expect(parseShellArguments(['--window', '40'], '/')).toEqual({ windowMs: 40_000 })
    for (const odd of ['0', '9', '3601', '4e1', '-40', 'x']) expect(parseShellArguments(['--window', odd], '/')).toEqual({})
  })

  it.each([[['--open']], [['--inspect', '--require=x']], [['https://example.org/']], [['-']], [['x.exe']]])(
    'that are not known change nothing: %j',
    (words) => {
      expect(parseShellArguments(words, '/')).toEqual({})
    },
  )
})
