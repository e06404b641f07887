import { describe, expect, it } from 'vitest'
import { parseAddresses, parseHttpAddress, parseKafkaAddress } from './addresses.ts'

describe('an address', () => {
  it.each([
    ['http://2130706433:8081', 'http://127.0.0.1:8081'],
    ['http://0x7f.1/', 'http://127.0.0.1:80'],
    ['127.1:8081', 'http://127.0.0.1:8081'],
    ['http://１２７.0.0.1', 'http://127.0.0.1:80'],
    ['http://[::ffff:127.0.0.1]:9', 'http://127.0.0.1:9'],
    ['HTTPS://Flink.Example.:443/proxy/', 'https://flink.example:443/proxy'],
    ['http://[::1]:8081', 'http://[::1]:8081'],
    ['flink.example:8081', 'http://flink.example:8081'],
  ])('%s is shown and used as %s', (typed, shown) => {
    expect(parseHttpAddress(typed).text).toBe(shown)
  })

  it.each([
    'file:///etc/passwd',
    'ftp://a',
    'http://',
    'http://a:99999',
    'http://a/?x=1',
    'http://a/#b',
    'http://a\r\nHost: b',
    'http://a\tb',
    'javascript:alert(1)',
    'a b',
    '',
  ])('%j is refused', (typed) => {
    expect(() => parseHttpAddress(typed)).toThrow('is no address')
  })

  it('gives up its user name and password, to be kept elsewhere', () => {
    const { text, signIn } = parseHttpAddress('http://ada:p%40ss@flink:8081')
    expect([text, signIn]).toEqual(['http://flink:8081', { user: 'ada', password: 'p@ss' }])
  })

  it.each([
    ['b1', 'b1:9092'],
    ['SASL_SSL://B1.Example:9094', 'b1.example:9094'],
    ['127.1:80', '127.0.0.1:80'],
    ['[::1]:9092', '[::1]:9092'],
  ])('of Kafka, %s, is %s', (typed, shown) => {
    expect(parseKafkaAddress(typed).text).toBe(shown)
  })

  it.each(['b1:9092/topic', 'user@b1:9092', 'b1:0x1', 'b1?x'])('of Kafka, %s, is refused', (typed) => {
    expect(() => parseKafkaAddress(typed)).toThrow('is no address')
  })

  it('may come as a list, each kept once', () => {
    expect(parseAddresses('kafka', ['b1:9092, b2 b1', 'B2:9092;b3']).map((a) => a.text)).toEqual(['b1:9092', 'b2:9092', 'b3:9092'])
  })
})
