import { describe, expect, it } from 'vitest'
import { redact, redactText } from './redact.ts'

const canary = 'Canary/7f3k?2q9x@Zz=='

describe('redactText', () => {
  it.each([
    'http://user:Sw0rdfish@broker:8080/path',
    'jdbc:mysql://root:Sw0rdfish@db/x',
    'Request cannot be constructed from a URL that includes credentials: http://a:Sw0rdfish@h/',
    'https://a:Sw0rd/fish?Sw0rdfish@host/x',
    'https://Sw0rdfish@host/x',
    'password=Sw0rdfish',
    'sasl.password = "Sw0rdfish"',
    "ssl.keystore.password: 'Sw0rdfish'",
    '{"password":"Sw0rdfish"}',
    '{"dbPassword": "Sw0rd\\"fish Sw0rdfish"}',
    'Authorization: Bearer Sw0rdfish',
    'authorization: Basic Sw0rdfish=',
    'curl -H "Authorization: Sw0rdfish"',
    'sent Bearer Sw0rdfishSw0rdfish.x',
    'x-api-key: Sw0rdfish',
    'aws_secret_access_key=Sw0rdfish',
    'https://h/?access_token=Sw0rdfish&x=1',
    'https://h/#token=Sw0rdfish',
    'config[password]=Sw0rdfish',
    'client_secret=Sw0rdfish;',
    'Cookie: Sw0rdfish=1',
    '-----BEGIN RSA PRIVATE KEY-----\nSw0rdfish\n-----END RSA PRIVATE KEY-----',
    '-----BEGIN PRIVATE KEY-----\nSw0rdfish',
    'eyJhbGciOi.eyJTdzByZGZpc2gSw0rdfish.Sw0rdfish',
  ])('hides the secret in %j', (text) => {
    expect(redactText(text)).not.toContain('Sw0rdfish')
  })

  it.each([
    'connection to broker-1:9092 refused',
    'https://host:8080/a/b?c=d#e',
    'http://host:8080/users/a@b',
    'group payments-enricher stands still at orders-3 offset 9223372036854775807',
    '2 tokens were read',
    'the password is wrong',
  ])('leaves %j as it is', (text) => {
    expect(redactText(text)).toBe(text)
  })

  it.each([
    ['raw', canary],
    ['URL-encoded', encodeURIComponent(canary)],
    ['in base64', Buffer.from(canary).toString('base64')],
    ['in JSON text', JSON.stringify(`a${canary}`)],
  ])('hides a known value %s', (_form, written) => {
    expect(redactText(`x${written}y`, [canary])).not.toContain(written)
  })

  it('keeps the rest of a URL readable', () => {
    expect(redactText('http://u:p@h:80/x')).toBe('http://•••@h:80/x')
  })
})

describe('redact', () => {
  it('hides by key, at any depth, in maps, sets and arrays too', () => {
    const value = {
      a: [{ Password: canary }],
      b: new Map([['api-key', canary]]),
      c: new Set([`token=${canary}`]),
      sasl_jaas_config: canary,
    }
    expect(JSON.stringify(redact(value))).not.toContain(canary.slice(0, 8))
  })

  it('hides whole objects below a secret key', () => {
    expect(redact({ credentials: { user: 'a', word: canary } })).toEqual({ credentials: '•••' })
  })

  it('keeps what only speaks about secrets', () => {
    expect(redact({ hasPassword: true, offset: 12n, at: new Date(0) })).toEqual({ hasPassword: true, offset: 12n, at: new Date(0) })
  })

  it('hides the password that fetch repeats in its error', async () => {
    const error = await fetch(`http://user:Sw0rdfish@127.0.0.1:1/`).then(
      () => new Error('answered'),
      (thrown: unknown) => thrown,
    )
    expect(String(error)).toContain('Sw0rdfish') // the trap is still there
    expect(JSON.stringify(redact(error))).not.toContain('Sw0rdfish')
  })

  it('goes into the causes of errors', () => {
    const error = new Error('outer', { cause: Object.assign(new Error('password=Sw0rdfish'), { config: { secret: 'Sw0rdfish' } }) })
    expect(JSON.stringify(redact(error))).not.toContain('Sw0rdfish')
  })

  it('survives values that contain themselves and values nested without end', () => {
    const self: Record<string, unknown> = { token: canary }
    self.self = self
    let deep: unknown = canary
    for (let i = 0; i < 10_000; i += 1) deep = [deep]
    expect(JSON.stringify(redact([self, deep], [canary]))).not.toContain(canary)
  })

  it('does not follow a __proto__ key into all objects', () => {
    redact(JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'))
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
})
