import { describe, expect, test } from 'vitest'
import { plain, say } from '../../shared/model/sentence.ts'
import { atSecond } from './hand-made.ts'
import { type Eye, type NowFacts, nowHeadline } from './now-headline.ts'
import { systemHeadline } from './system-headline.ts'

const kafka: Eye = { title: 'front-1', state: 'answering', lastAnswer: atSecond(0) }
const flink: Eye = { title: 'flink-1', state: 'answering', lastAnswer: atSecond(5) }
const facts = (more: Partial<NowFacts> = {}): NowFacts => ({ now: atSecond(8), eyes: [kafka, flink], incidents: [], ...more })
const incident: NowFacts['incidents'][number] = {
  title: say`The record at orders-2 @ 1,234 stops 3 consumers.`,
  severity: 'critical',
  state: 'open',
  opened: atSecond(0),
  chain: [
    { title: 'group a', detail: '', kind: 'fact', source: '' },
    { title: 'orders-2 @ 1,234', detail: '', kind: 'cause', source: '' },
  ],
  contradicts: [],
  blind: false,
}
const texts = ({ headline }: ReturnType<typeof nowHeadline>) => [plain(headline.says), plain(headline.also ?? [])]

describe('the sentence of the page Now', () => {
  test('says that nothing is hurt, as of when, and who was looked at', () => {
    const said = nowHeadline(facts())
    expect(texts(said)).toEqual(['Nothing is hurt, as of 8 s ago: 2 of 2 systems looked at.', ''])
    expect(said).toMatchObject({ asOf: atSecond(0), headline: { health: 'ok' } })
  })

  test('names what is not seen, and is then not green', () => {
    const said = nowHeadline(
      facts({
        now: atSecond(248),
        eyes: [
          { ...kafka, lastAnswer: atSecond(240) },
          { ...flink, state: 'failing', lastAnswer: atSecond(8) },
          { title: 'druid', state: 'partly', why: 'no permission', lastAnswer: atSecond(245) },
          { title: 'gone', state: 'closed' },
        ],
      }),
    )
    expect(texts(said)).toEqual([
      'Nothing is hurt, as of 8 s ago: 2 of 3 systems looked at.',
      'Not seen: flink-1 (no answer for 4 min) and druid (no permission).',
    ])
    expect(said.headline.health).toBe('unknown')
  })

  test('is not green where it sees only a part, and says which', () => {
    const said = nowHeadline(facts({ eyes: [{ ...kafka, state: 'partly', why: 'groups took longer than 60 s', lastAnswer: atSecond(0) }] }))
    expect(texts(said)[1]).toBe('Not seen: front-1 (groups took longer than 60 s).')
    expect(said).toMatchObject({ headline: { health: 'unknown' }, notSeen: [texts(said)[1]] })
  })

  test('gives no verdict while nobody has answered lately', () => {
    const said = nowHeadline(facts({ eyes: [{ ...kafka, state: 'stale' }] }))
    expect(said.headline).toMatchObject({ looking: true, health: 'unknown' })
    expect(texts(said)[0]).toBe('Looking: none of 1 system has answered lately.')
  })

  test('says on the first day that nothing is connected', () => {
    expect(texts(nowHeadline(facts({ eyes: [] })))[0]).toBe('Nothing is connected yet, so nothing is known.')
  })

  test('blames our own network when it is gone, before any incident', () => {
    const eyes = [kafka, flink].map((e): Eye => ({ ...e, state: 'failing' }))
    const said = nowHeadline(facts({ eyes, now: atSecond(90), offline: { since: atSecond(30) }, incidents: [incident] }))
    expect(texts(said)).toEqual([
      'You are offline, the platform may be fine: 2 of 2 connections failed at 03:00:30 UTC.',
      'Everything below is from 03:00:05 UTC and ages.',
    ])
  })

  test('says the worst open incident, that nothing contradicts it, and how many others there are', () => {
    const milder = { ...incident, title: say`Broker 2 is gone.`, severity: 'high' as const }
    const recovering = { ...incident, title: say`Old.`, state: 'recovering' as const }
    const said = nowHeadline(facts({ incidents: [recovering, milder, incident] }))
    expect(texts(said)).toEqual([plain(incident.title), 'Nothing contradicts this. 2 other incidents.'])
    expect(said.chain).toEqual(incident.chain)
  })

  test('says what speaks against it, and that a part is not visible', () => {
    const said = nowHeadline(facts({ incidents: [{ ...incident, contradicts: [['Group b is well.'], ['More.']], blind: true }] }))
    expect(texts(said)[1]).toBe('Group b is well. A part of the path is not visible.')
  })

  test('claims nothing of a fault that is its own and only cause', () => {
    const said = nowHeadline(facts({ incidents: [{ ...incident, chain: incident.chain.slice(0, 1) }] }))
    expect(said.headline.also).toBeUndefined()
  })
})

describe("the sentence of a system's page", () => {
  const system = (more: Partial<Parameters<typeof systemHeadline>[0]> = {}) =>
    systemHeadline({ ...facts(), title: 'Kafka', findings: [], ...more })

  test('is its incident, else its worst finding that is none, else that it is well', () => {
    const finding = { says: say`Disk of broker 1 is 81 % full.`, severity: 'warn' as const, class: 'risk' as const }
    expect(texts(system({ incidents: [incident], findings: [finding] }))[0]).toBe(plain(incident.title))
    expect(texts(system({ findings: [finding, finding] }))).toEqual([plain(finding.says), '1 more finding, none of them an incident.'])
    expect(texts(system())[0]).toBe('Nothing is hurt, as of 8 s ago: 2 of 2 systems looked at.')
  })

  test('says that none is connected', () => {
    expect(texts(system({ eyes: [] }))[0]).toBe('No Kafka is connected.')
  })
})
