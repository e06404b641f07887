import { describe, expect, it } from 'vitest'
import { plantedCanaries } from '../../e2e/support/find-canaries.ts'
import { looksRandom, withholdSecrets } from './withhold-secrets.ts'

const rule = { known: [], isId: (text: string): boolean => text === '5L6g3nShT-eMCtK--X86sw' }

describe('withholdSecrets', () => {
  it.each(plantedCanaries(3).filter((one) => one.place !== 'record-value'))(
    'withholds a secret in $place $name',
    ({ canary, name, text }) => {
      expect(withholdSecrets(text, rule, { named: name })).not.toContain(canary)
      expect(withholdSecrets(JSON.stringify({ settings: [{ value: text, key: name }] }), rule)).not.toContain(canary)
      expect(withholdSecrets(JSON.stringify({ [name]: JSON.stringify({ inner: text }) }), rule, {})).not.toContain(canary)
    },
  )

  it('withholds an improbable word in a sentence although no name says what it is', () => {
    expect(withholdSecrets('called with aZ3kQ9xT7mB2wE5rY8uP once', rule)).toBe('called with ••• once')
  })

  it.each([
    'cluster 5L6g3nShT-eMCtK--X86sw is another than before',
    'job 3f2a9c0d1b4e5f60718293a4b5c6d7e8 failed',
    'member consumer-1-6f1c9b3e-2a54-4a7e-9f0e-0d6c1c2b3a4f left',
    'org.apache.kafka.common.errors.SerializationException: Error at org.apache.flink.streaming.runtime.tasks.StreamTask$$Lambda$1234/0x000000084.run(StreamTask.java:917)',
    'Group payments-enricher stands still at orders-3, offset 9223372036854775807',
    '/var/lib/kafka/data/orders-3/00000000000000000042.log',
    'HighAvailabilityServicesFactory2Initializer',
    'bf5c6fcc01d345fee2f6f22ea95cb941/2026-11-23T07%3A23%3A52.356Z/0',
    'file:/tmp/landscope-flink-q7XbZ2/checkpoints/bf5c6fcc01d345fee2f6f22ea95cb941/chk-12',
    'urn:ls:flink:127.0.0.1%3A20251:sources:bf5c6fcc01d345fee2f6f22ea95cb941/cbc357ccb763df2852fee8c4fc7d55f2/Source__KafkaSource-default_catalog_default_database_plays_in',
  ])('leaves %j as it is', (text) => {
    expect(withholdSecrets(text, rule)).toBe(text)
  })

  it('withholds base64 with slashes, also behind a path', () => {
    expect(withholdSecrets('key 9Jk2vQx/aZ3kQ9xT7mB/2wE5rY8uP+Zq4 used', rule)).toBe('key ••• used')
    expect(withholdSecrets('at /etc/keys/aZ3kQ9xT7mB2wE5rY8uP now', rule)).toContain('•••')
  })

  it('leaves a whole cell that is an id', () => {
    expect(withholdSecrets('aZ3kQ9xT7mB2wE5rY8uP', rule)).toBe('aZ3kQ9xT7mB2wE5rY8uP')
  })

  it('keeps numbers in JSON exact', () => {
    expect(withholdSecrets('{"offset":9223372036854775807,"password":"x-y-z"}', rule)).toBe(
      '{"offset":9223372036854775807,"password":"•••"}',
    )
  })

  it('knows near-random words from names', () => {
    expect([
      looksRandom('xK9mQ2vL7pR4tW8zA3bN'),
      looksRandom('KafkaSourceEnumerator12State'),
      looksRandom('0123456789abcdef0123456789'),
    ]).toEqual([true, false, false])
  })

  it('leaves a known id inside an escaped URN alone', () => {
    const urn = 'urn%3Als%3Akafka%3A5L6g3nShT-eMCtK--X86sw%3Agroups%3Abilling/kafka.group.stalled'
    expect(withholdSecrets(urn, rule)).toBe(urn)
    const twice = 'urn%253Als%253Akafka%253A5L6g3nShT-eMCtK--X86sw%253Agroups'
    expect(withholdSecrets(twice, rule)).toBe(twice)
    expect(withholdSecrets('urn%3Als%3Akafka%3AxK9mQ2vL7pR4tW8zA3bN%3Agroups', rule)).not.toContain('xK9mQ2vL7pR4tW8zA3bN')
  })
})
