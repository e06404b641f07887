import { describe, expect, it } from 'vitest'
import { keyedSource, pseudonyms } from './pseudonyms.ts'

const source = keyedSource(Buffer.alloc(32, 1))
const made = () => pseudonyms(source)

describe('pseudonyms', () => {
  it('gives the same token for the same value, in every file of one key', () => {
    expect(made().mask('host', 'broker-1')).toBe(made().mask('host', 'broker-1'))
    expect(made().mask('host', 'broker-1')).toMatch(/^host-[0-9a-hjkmnp-tv-z]{8}$/)
  })

  it('gives another token under another key', () => {
    expect(pseudonyms(keyedSource(Buffer.alloc(32, 2))).mask('host', 'broker-1')).not.toBe(made().mask('host', 'broker-1'))
  })

  it('keeps joins: a host is the same alone, with a port, in a URL, in capitals and in a list of addresses', () => {
    const file = made()
    const token = file.mask('host', 'broker-1.corp.example')
    expect(file.mask('address', 'broker-1.corp.example:9092')).toBe(`${token}:9092`)
    expect(file.mask('address', 'https://Broker-1.corp.example.:8443/a?b=c')).toBe(`https://${token}:8443/a?b=c`)
    expect(file.mask('address', 'broker-1.corp.example:1,broker-1.corp.example:2')).toBe(`${token}:1,${token}:2`)
  })

  it('lets addresses of one /24 share a head and no other', () => {
    const file = made()
    const [a, b, c] = ['10.1.2.3', '10.1.2.4', '10.1.3.3'].map((ip) => file.mask('host', ip))
    const head = (token: string | undefined): string => (token ?? '').slice(0, 'address-'.length + 4)
    expect(head(a)).toBe(head(b))
    expect(head(a)).not.toBe(head(c))
    expect(a).not.toBe(b)
  })

  it('masks IPv6 addresses with and without a port', () => {
    const file = made()
    const token = file.mask('host', '2001:db8::1')
    expect(token).toMatch(/^address-/)
    expect(file.mask('address', '[2001:db8::1]:9092')).toBe(`${token}:9092`)
  })

  it('hides bucket, host and path of a location and keeps its scheme', () => {
    const file = made()
    expect(file.mask('path', 's3://shop-data/a/b')).toMatch(/^s3:\/\/bucket-[0-9a-z]{8}\/path-[0-9a-z]{8}$/)
    expect(file.mask('path', 'hdfs://nn-1:8020/user/x')).toBe(`hdfs://${file.mask('host', 'nn-1')}:8020/${file.mask('path', '/user/x')}`)
    expect(file.mask('path', '/data/kafka')).toMatch(/^path-/)
  })

  it('extends a token that another value already has', () => {
    const colliding = pseudonyms((_kind, value) => `aaaaaaaa${value}`)
    expect(colliding.mask('user', 'x1')).toBe('user-aaaaaaaa')
    expect(colliding.mask('user', 'y2')).toBe('user-aaaaaaaay')
    expect(colliding.mask('user', 'x1')).toBe('user-aaaaaaaa')
  })

  it('counts each value once', () => {
    const file = made()
    for (const value of ['a-host', 'a-host', 'b-host']) file.mask('host', value)
    file.mask('user', 'anna')
    expect(file.counts()).toEqual({ host: 2, user: 1 })
  })
})
