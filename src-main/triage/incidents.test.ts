import { describe, expect, test } from 'vitest'
import { plain } from '../../shared/model/sentence.ts'
import { graphOf } from '../landscape/landscape.ts'
import { explain, reaching } from './explain.ts'
import { atSecond, broker, edge, finding, group, incidentsIn, job, partition, record, situation, standing, topic } from './hand-made.ts'
import type { Incident } from './incident.ts'
import { continued, type Found, findIncidents } from './incidents.ts'

const asIncident = ({ way: _, chain, ...found }: Found): Incident => ({ ...found, chain: chain ?? [] })
const poison = record('orders', 2, 1234)
const readers = ['play-totals', 'sessions', 'spark-hourly']
/** Three groups read orders and stand at one record of it; a Flink job matches one of them. */
const landscape = [
  edge(broker('1'), 'hosts', topic('orders')),
  edge(broker('2'), 'hosts', topic('views')),
  ...readers.flatMap((id) => [edge(topic('orders'), 'reads', group(id)), edge(group(id), 'stands-at', poison)]),
  edge(group('play-totals'), 'matches', job('route'), { score: 0.9, known: 'guessed' }),
]
const stalled = readers.map((id) => standing(id, poison))
const restarting = finding(job('route'), { rule: 'flink.job.restarting', since: [5, 20] })
const brokerDown = finding(broker('2'), {
  rule: 'kafka.broker.missing',
  severity: 'critical',
  since: 660,
  says: 'Broker 2 is not answering.',
})

describe('incidents', () => {
  test('a record that stops three groups and a job is one incident, with the record as its cause', () => {
    const { incidents } = incidentsIn(landscape, [...stalled, restarting])
    expect(incidents).toHaveLength(1)
    expect(incidents[0]).toMatchObject({ root: poison, state: 'open', severity: 'critical', contradicts: [] })
    expect(incidents[0]?.hit).toEqual([job('route'), ...readers.map(group)].sort())
    expect(plain(incidents[0]?.title ?? [])).toBe(
      'The record at orders-2 @ 1,234 stops 3 consumers: play-totals, sessions and spark-hourly stand at it since 03:00:00 UTC; it hurts job route as well.',
    )
  })

  test('a record that stops one group is told as what that group says of itself', () => {
    const [only] = stalled
    if (only === undefined) throw new Error('nobody is stalled')
    const { incidents } = incidentsIn(landscape, [only])
    expect(incidents[0]).toMatchObject({ root: poison })
    expect(incidents[0]?.title).toEqual(only.says)
  })

  test('its chain goes job, group, record, and ends in the cause', () => {
    const { incidents } = incidentsIn(landscape, [...stalled, restarting])
    expect(incidents[0]?.way).toEqual({ nodes: [job('route'), group('play-totals'), poison], ends: 'cause' })
  })

  test('a broker that leads none of the poisoned topic is an incident of its own, and is named and rejected', () => {
    const { incidents } = incidentsIn(landscape, [...stalled, restarting, brokerDown], { seconds: 700 })
    expect(incidents.map((i) => i.root).sort()).toEqual([poison, broker('2')].sort())
    const poisoned = incidents.find((i) => i.root === poison)
    expect(poisoned?.contradicts.map(plain)).toEqual([
      'Broker 2 is hurt since 03:11:00 UTC, but all 4 stopped 10 min earlier and nothing leads from it to them.',
    ])
  })

  test('a broker that was down and came back is still rejected by name', () => {
    const past = [{ ...brokerDown, closed: atSecond(1080) }]
    const { incidents } = incidentsIn(landscape, stalled, { seconds: 1200, past })
    expect(incidents).toHaveLength(1)
    expect(incidents[0]?.contradicts.map(plain)).toEqual([
      'Broker 2 was hurt 03:11:00–03:18:00 UTC, but all 3 groups stopped 11 min earlier and nothing leads from it to them.',
    ])
  })

  test('a broker that leads the poisoned partition joins the incident, and its path is shown', () => {
    const leads = [...landscape, edge(broker('2'), 'hosts', topic('orders'))]
    const { incidents } = incidentsIn(leads, [...stalled, restarting, brokerDown], { seconds: 700, unseen: [topic('orders')] })
    expect(incidents).toHaveLength(1)
    expect(incidents[0]?.root).toBe(poison)
    expect(incidents[0]?.members).toContain(broker('2'))
    expect(incidents[0]?.contradicts.map(plain)[0]).toBe(
      'Broker 2 is hurt since 03:11:00 UTC, but all 4 stopped 10 min earlier (path: 2 → orders → play-totals → route).',
    )
  })

  test('an incident that was one stays one when the link between its parts is gone', () => {
    const leads = [...landscape, edge(broker('2'), 'hosts', topic('orders'))]
    const first = incidentsIn(leads, [...stalled, brokerDown], { seconds: 700, unseen: [topic('orders')] }).incidents.map(asIncident)
    const { incidents } = incidentsIn(landscape, [...stalled, brokerDown], { seconds: 720, previous: first })
    expect(incidents.map((i) => i.incident)).toEqual(first.map((i) => i.incident))
  })

  test('a broker that went first and explains all of it is the cause, not the records its readers happen to stand at', () => {
    const at = readers.map((_, i) => record('orders', i, 100 + i))
    const edges = [
      edge(broker('2'), 'hosts', topic('orders')),
      ...readers.flatMap((id, i) => [edge(topic('orders'), 'reads', group(id)), edge(group(id), 'stands-at', at[i] ?? '')]),
    ]
    const down = finding(broker('2'), { severity: 'critical', since: 0, says: 'Broker 2 is not answering.' })
    const offline = finding(partition('orders', 2), { severity: 'critical', since: 3, says: 'orders-2 has no leader.' })
    const { incidents } = incidentsIn(edges, [down, offline, ...readers.map((id, i) => standing(id, at[i] ?? '', 5))])
    expect(incidents).toHaveLength(1)
    expect(incidents[0]?.root).toBe(broker('2'))
    expect(plain(incidents[0]?.title ?? [])).toMatch(
      /^Broker 2 is not answering\. It hurts .*3 groups \(play-totals, sessions and spark-hourly\)/,
    )
  })

  test('a broken topic is no rival of the broker that broke it, although other topics of that broker are well', () => {
    const topics = ['orders', ...Array.from({ length: 30 }, (_, i) => `well-${i}`)]
    const edges = [...topics.map((t) => edge(broker('2'), 'hosts', topic(t))), edge(topic('orders'), 'reads', group('a'))]
    const hurt = [
      finding(broker('2'), { severity: 'warn' }),
      finding(topic('orders'), { severity: 'critical' }),
      finding(group('a'), { origin: 'derived' }),
    ]
    expect(incidentsIn(edges, hurt).incidents.map((i) => i.root)).toEqual([broker('2')])
  })

  test('a record at which two stand weighs more than one at which one stands', () => {
    const twice = ['a', 'b'].map((g) => edge(group(g), 'stands-at', poison))
    const { graph, condition } = { graph: graphOf(twice), ...incidentsIn(twice, [standing('a', poison), standing('b', poison)]) }
    const once = incidentsIn(twice, [standing('a', poison), { ...standing('b', poison), alsoNodes: [] }])
    const score = (of: typeof condition) => explain(reaching(graph, of, 0), [poison, group('a'), group('b')])?.best.score ?? 0
    expect(score(condition)).toBeGreaterThan(score(once.condition))
  })

  test('two faults without a link between them are two incidents', () => {
    const { incidents } = incidentsIn([], [finding(broker('1')), finding(job('x'))])
    expect(incidents).toHaveLength(2)
  })

  test('two linked faults that began more than half an hour apart are two incidents', () => {
    const edges = [edge(broker('1'), 'hosts', topic('orders'))]
    const { incidents } = incidentsIn(edges, [finding(broker('1'), { since: 0 }), finding(topic('orders'), { since: 1_900 })], {
      seconds: 2_000,
    })
    expect(incidents).toHaveLength(2)
  })

  test('risks, information, changes, blindness and what is open for more than a day open no incident', () => {
    const quiet = [
      finding(topic('a'), { class: 'risk', severity: 'critical' }),
      finding(topic('b'), { severity: 'info' }),
      finding(topic('c'), { class: 'change' }),
      finding(topic('d'), { class: 'blind' }),
      finding(topic('e'), { opened: -90_000 }),
    ]
    expect(incidentsIn([], quiet).incidents).toEqual([])
  })

  test('an incident does not end because it grows old', () => {
    const old = [finding(topic('e'), { since: 0 })]
    const first = incidentsIn([], old).incidents.map(asIncident)
    const { incidents } = incidentsIn([], old, { seconds: 100_000, previous: first })
    expect(incidents.map((i) => [i.incident, i.state])).toEqual(first.map((i) => [i.incident, 'open']))
  })

  test('a host nobody watches joins what runs on it, unless something on it is well', () => {
    const host = 'end:host::10.0.0.7'
    const sick = [finding(job('a')), finding(job('b'))]
    const on = (id: string) => edge(job(id), 'runs-on', host)
    expect(incidentsIn([on('a'), on('b')], sick).incidents).toHaveLength(1)
    expect(incidentsIn([on('a'), on('b'), on('c')], sick).incidents).toHaveLength(2)
  })

  test('what our own shut eyes hide joins nothing', () => {
    const edges = [edge(topic('t'), 'reads', job('a')), edge(topic('t'), 'reads', job('b'))]
    const sick = [finding(job('a')), finding(job('b'))]
    const dark = { unseen: new Set<string>(), dark: new Set([topic('t')]) }
    expect(incidentsIn(edges, sick, { unsighted: { unseen: new Set([topic('t')]), dark: new Set() } }).incidents).toHaveLength(1)
    expect(incidentsIn(edges, sick, { unsighted: dark }).incidents).toHaveLength(2)
  })

  test('an effect whose cause nobody can see ends at a wall', () => {
    const unseen = 'end:kafka.topic::far'
    const lag = finding(job('a'), { origin: 'derived', class: 'staleness' })
    const { incidents } = incidentsIn([edge(unseen, 'reads', job('a'))], [lag])
    expect(incidents[0]?.way).toEqual({ nodes: [job('a'), unseen], ends: 'wall' })
    expect(incidents[0]?.blind).toBe(true)
  })

  test('two explanations that fit alike are both said', () => {
    const edges = ['1', '2'].flatMap((b) => ['a', 'b'].map((g) => edge(broker(b), 'hosts', group(g))))
    const hurt = ['a', 'b'].map((g) => finding(group(g), { origin: 'derived', since: 10 }))
    const { incidents } = incidentsIn(edges, [finding(broker('1')), finding(broker('2')), ...hurt])
    expect(incidents).toHaveLength(1)
    expect(plain(incidents[0]?.title ?? [])).toBe(
      '2 groups (a and b): hurt since 03:00:10 UTC. Two explanations fit: broker 1 (explains 2 of 2), broker 2 (explains 2 of 2).',
    )
  })

  test('a healthy user of the dataset that is said to be the cause speaks against it', () => {
    const edges = [edge(topic('t'), 'reads', group('a')), edge(topic('t'), 'reads', group('b'))]
    const { incidents } = incidentsIn(edges, [finding(topic('t')), finding(group('a'), { origin: 'derived', since: 5 })])
    expect(incidents[0]?.contradicts.map(plain)).toEqual(['Group b: uses it too and is well.'])
  })
})

describe('the life of an incident', () => {
  const one = [finding(broker('1'), { since: 0 })]

  test('keeps its id and its opening from round to round, also when members join', () => {
    const edges = [edge(broker('1'), 'hosts', topic('orders'))]
    const first = incidentsIn(edges, one).incidents.map(asIncident)
    const { incidents } = incidentsIn(edges, [...one, finding(topic('orders'), { since: 30 })], { seconds: 180, previous: first })
    expect(incidents).toHaveLength(1)
    expect(incidents[0]).toMatchObject({ incident: first[0]?.incident, opened: first[0]?.opened })
  })

  test('recovers while its findings are no longer seen, then closes', () => {
    const first = incidentsIn([], one).incidents.map(asIncident)
    const closing = incidentsIn([], [finding(broker('1'), { misses: 1 })], { seconds: 130, previous: first }).incidents.map(asIncident)
    expect(closing.map((i) => i.state)).toEqual(['recovering'])
    const quiet = incidentsIn([], [], { seconds: 150, previous: closing }).incidents.map(asIncident)
    expect(quiet.map((i) => [i.incident, i.state])).toEqual([[first[0]?.incident, 'recovering']])
    expect(incidentsIn([], [], { seconds: 191, previous: quiet }).incidents).toEqual([])
  })

  test('opens again under its id while it recovers, under a new one after it closed', () => {
    const first = incidentsIn([], one).incidents.map(asIncident)
    const quiet = incidentsIn([], [], { seconds: 150, previous: first }).incidents.map(asIncident)
    const again = incidentsIn([], one, { seconds: 160, previous: quiet }).incidents
    expect(again.map((i) => [i.incident, i.state])).toEqual([[first[0]?.incident, 'open']])
    const later = incidentsIn([], [finding(broker('1'), { since: 900 })], { seconds: 910, previous: [] }).incidents
    expect(later[0]?.incident).not.toBe(first[0]?.incident)
  })

  test('one that falls apart goes on where most of it is', () => {
    const [x, y, z] = [finding(broker('1')), finding(topic('t')), finding(topic('u'))]
    const all = [edge(broker('1'), 'hosts', topic('t')), edge(topic('t'), 'reads', topic('u'))]
    const first = incidentsIn(all, [x, y, z]).incidents.map(asIncident)
    expect(continued([[broker('1')], [topic('t'), topic('u')]], first).map((i) => i?.incident)).toEqual([undefined, first[0]?.incident])
    expect(continued([[topic('u')], [topic('t')]], first).map((i) => i?.incident)).toEqual([undefined, first[0]?.incident])
  })

  test('two that grow together go on as the older one; a part that splits off gets a new id', () => {
    const edges = [edge(broker('1'), 'hosts', topic('orders'))]
    const apart = findIncidents(situation([], [finding(broker('1'), { since: 0 }), finding(topic('orders'), { since: 20 })])).incidents.map(
      asIncident,
    )
    expect(apart).toHaveLength(2)
    const merged = incidentsIn(edges, [finding(broker('1')), finding(topic('orders'), { since: 20 })], { previous: apart }).incidents
    expect(merged.map((i) => i.incident)).toEqual([apart.find((i) => i.root === broker('1'))?.incident])
  })
})
