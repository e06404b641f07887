import { describe, expect, it } from 'vitest'
import { textMask } from './mask-text.ts'
import { keyedSource, pseudonyms } from './pseudonyms.ts'
import { pieceReplacer } from './replace-pieces.ts'

function masks() {
  const made = pseudonyms(keyedSource(Buffer.alloc(32, 5)))
  const token = made.mask('host', 'broker-1.corp.example')
  const texts = textMask(made, pieceReplacer(made.pieces, new Set()), (_system, collection, key) =>
    collection === 'brokers' ? key.map((one) => made.mask('host', one)) : key,
  )
  return { made, token, texts }
}

describe('textMask', () => {
  it('finds hosts that no field named: in URLs, and by the domain of a known one', () => {
    const { texts, token } = masks()
    const host = 'host-[0-9a-z]{8}'
    expect(texts.text('broker-1.corp.example:9092')).toBe(`${token}:9092`)
    expect(texts.text('jdbc:mysql://•••@db.other.example:3306/shop?x=1')).toMatch(new RegExp(`^jdbc:mysql://•••@${host}:3306/shop\\?x=1$`))
    expect(texts.text('no route to metrics.corp.example.')).toMatch(new RegExp(`^no route to ${host}\\.$`))
    expect(texts.text('s3://shop-data/x')).toMatch(/^s3:\/\/bucket-[0-9a-z]{8}\/x$/)
    expect(texts.text('http://[2001:db8::1]:80/')).toMatch(/^http:\/\/address-[0-9a-z]{8}:80\/$/)
  })

  it('masks addresses and e-mails anywhere and leaves versions, classes and times', () => {
    const { texts } = masks()
    expect(texts.text('at 10.1.2.3:9092, mail bob@corp.example')).toMatch(/^at address-[0-9a-z]{12}:9092, mail email-[0-9a-z]{8}$/)
    const untouched = 'org.apache.kafka.Client.login(Client.java:7) took 10.5 s at 03:00:00.123, version 4.4.0'
    expect(texts.text(untouched)).toBe(untouched)
  })

  it('masks the same piece twice to the same text and a token not again', () => {
    const { texts } = masks()
    const once = texts.text('http://metrics.corp.example:80 and http://metrics.corp.example:81')
    expect(texts.text(once)).toBe(once)
    expect(new Set(once.match(/host-[0-9a-z]{8}/g)).size).toBe(1)
  })

  it('masks URNs by their keys, wherever they stand, and ends by their names', () => {
    const { texts, token } = masks()
    const urn = `urn:ls:kafka:c1:brokers:${token}`
    expect(texts.urn('urn:ls:kafka:c1:brokers:broker-1.corp.example')).toBe(urn)
    expect(texts.text('see urn:ls:kafka:c1:brokers:broker-1.corp.example, then')).toBe(`see ${urn}, then`)
    expect(texts.text('{"to":{"urn":"urn:ls:kafka:c1:brokers:broker-1.corp.example"},"n":1}')).toBe(`{"to":{"urn":"${urn}"},"n":1}`)
    expect(texts.text('end:host::broker-1.corp.example')).toBe(`end:host::${token}`)
    expect(texts.text('end:kafka.topic:c1:a%2Fb')).toBe('end:kafka.topic:c1:a%2Fb')
  })

  it('keeps the server’s own id and masks an address set', () => {
    const { texts, token } = masks()
    expect(texts.instance('5L6g3nShT-eMCtK--X86sw')).toBe('5L6g3nShT-eMCtK--X86sw')
    expect(texts.instance('broker-1.corp.example:9092,10.1.2.3:9092')).toMatch(new RegExp(`^${token}:9092,address-[0-9a-z]{12}:9092$`))
  })
})
