import { describe, expect, it } from 'vitest'
import { kafka } from '../../../shared/systems/kafka/system.ts'
import { profileOf, readPasted, systemsFor } from './read-pasted.ts'

describe('a paste', () => {
  it.each([
    ['a:9092,b:9092', ['a:9092', 'b:9092']],
    ['  a:9092 ; b:9092\n', ['a:9092', 'b:9092']],
    ['bootstrap.servers=a:9092,a:9092', ['a:9092']],
    ['spring.kafka.bootstrap-servers: PLAINTEXT://a:9092', ['a:9092']],
    ['[::1]:9092', ['[::1]:9092']],
  ])('of brokers %j is read', (text, addresses) => expect(readPasted(text)).toEqual({ ok: true, protocol: 'kafka', addresses }))
  it('of a URL is read without what follows its path', () => {
    expect(readPasted('http://flink.example.net:8081/?x=1#/overview')).toEqual({
      ok: true,
      protocol: 'http',
      addresses: ['http://flink.example.net:8081'],
    })
  })
  it.each(['', 'a', 'a:0', 'a:99999', 'a:9092 http:', 'ftp://a:21', 'http://'])('of %j is refused with a reason', (text) => {
    expect(readPasted(text)).toEqual({ ok: false, why: expect.stringMatching(/\S/) })
  })
  it('never takes a password along', () => {
    const read = readPasted('http://me:secret@flink:8081')
    expect(read.ok).toBe(false)
    expect(JSON.stringify(read)).not.toContain('secret')
  })
  it('becomes a profile whose id is free', () => {
    const read = readPasted('a:9092')
    if (!read.ok) throw new Error(read.why)
    expect(systemsFor(read.protocol, [kafka])).toEqual([kafka])
    expect(profileOf(kafka, read, 'Front 3!', new Set(['front-3']))).toEqual({
      id: 'front-3-2',
      system: 'kafka',
      title: 'Front 3!',
      endpoints: { brokers: { addresses: ['a:9092'] } },
      settings: {},
    })
  })
})
