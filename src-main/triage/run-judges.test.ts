import { describe, expect, test } from 'vitest'
import { isUnknown, unknown } from '../../shared/model/known.ts'
import { own } from '../../shared/model/own.ts'
import { say } from '../../shared/model/sentence.ts'
import type { Stored } from '../store/store-types.ts'
import { atSecond, group, handMade, jobs, kafkaOne, record, start, streams, topic } from './hand-made.ts'
import { heldFinding } from './held-finding.ts'
import { check, ends, headline, type Judges, link } from './judging.ts'
import { memoryQueries } from './memory-queries.ts'
import { type Judged, type JudgeOptions, openJudgement } from './run-judges.ts'

const none: Judges = { derives: [], checks: [], links: [], ends: [], headlines: [] }
const behind = check(streams, { on: 'groups', rule: 'kafka.group.behind', says: 'Far behind', where: { topic: 'orders' } }, (row) =>
  isUnknown(row.lag) || row.lag < 100
    ? undefined
    : { class: 'staleness', origin: 'derived', severity: 'high', says: say`${row.group} is behind.` },
)
const hard = check(streams, { on: 'brokers', rule: 'kafka.broker.down', says: 'Down', opens: 1, closes: 1 }, (row) =>
  row.state === 'down' ? { class: 'failure', origin: 'intrinsic', severity: 'critical', says: ['down'] } : undefined,
)
const mine: Stored = { connection: 'own', system: own.id, instance: 'me', title: 'Landscope' }
const groupRow = (name: string, lag: unknown, reads: unknown = 'orders') => ({ group: name, lag, topic: reads, kind: 'consumer' })

/** A judgement over hand-made rows; `round` puts groups, judges, and answers with what is shown. */
async function watching(checks: Judges['checks'], more: Partial<Judges> = {}, options: Partial<JudgeOptions> = {}) {
  const queries = memoryQueries(handMade)
  const faults: string[] = []
  const open = (at: Date) =>
    openJudgement(queries, handMade, { kafka: { ...none, checks, ...more } }, [], at, {
      windowMs: 300_000,
      pollMs: () => 5_000,
      fault: (name) => faults.push(name),
      ...options,
    })
  const judgement = await open(start)
  const round = async (seconds: number, rows: readonly ReturnType<typeof groupRow>[], complete = true): Promise<Judged> => {
    queries.put(kafkaOne, 'groups', rows, atSecond(seconds), complete)
    return judgement.judge([{ of: kafkaOne, collections: ['groups'] }], atSecond(seconds))
  }
  return { queries, judgement, round, open, faults }
}
const shown = (judged: Judged) => judged.findings.map((row) => heldFinding(row))

describe('a finding', () => {
  test('opens after two rounds in a row and closes after three without it', async () => {
    const { round } = await watching([behind])
    const counts: number[] = []
    for (const [i, lag] of [5, 500, 500, 5, 500, 5, 5, 5].entries()) counts.push((await round(i * 5, [groupRow('a', lag)])).findings.length)
    expect(counts).toEqual([0, 0, 1, 1, 1, 1, 1, 0])
  })

  test('that flaps never opens', async () => {
    const { round } = await watching([behind])
    for (let i = 0; i < 8; i++) expect((await round(i * 5, [groupRow('a', i % 2 === 0 ? 500 : 5)])).findings).toEqual([])
  })

  test('of a hard fact opens and closes at once', async () => {
    const { queries, judgement } = await watching([hard])
    const see = async (seconds: number, state: string) => {
      queries.put(kafkaOne, 'brokers', [{ broker: '1', state }], atSecond(seconds))
      return (await judgement.judge([{ of: kafkaOne, collections: ['brokers'] }], atSecond(seconds))).findings.length
    }
    expect([await see(0, 'up'), await see(5, 'down'), await see(10, 'up')]).toEqual([0, 1, 0])
  })

  test('began between the last round that did not see it and the first that did, and keeps that', async () => {
    const { round } = await watching([behind])
    await round(0, [groupRow('a', 5)])
    await round(60, [groupRow('a', 500)])
    expect(shown(await round(65, [groupRow('a', 900)]))[0]?.since).toEqual({ from: atSecond(0), to: atSecond(60), by: 'seen' })
    expect(shown(await round(70, [groupRow('a', 900)]))[0]).toMatchObject({
      since: { from: atSecond(0), to: atSecond(60) },
      opened: atSecond(65),
    })
  })

  test('that was there at first contact began before anybody watched: its since has an open side', async () => {
    const { round } = await watching([behind])
    await round(0, [groupRow('a', 500)])
    const judged = await round(5, [groupRow('a', 500)])
    expect(judged.findings[0]?.since).toEqual({ to: atSecond(0) })
  })

  test('first seen after a restart began no earlier than the last round before it', async () => {
    const { queries, round } = await watching([behind])
    const span = { system: 'kafka', connection: 'k1', collection: 'groups', state: 'complete' as const }
    queries.setCoverage([{ ...span, from: atSecond(-900), to: atSecond(-300) }])
    await round(0, [groupRow('a', 500)])
    const judged = await round(5, [groupRow('a', 500)])
    expect(judged.findings[0]?.since).toEqual({ from: atSecond(-310), to: atSecond(0) })
  })

  test('with a time of its own takes that', async () => {
    const dated = check(streams, { on: 'groups', rule: 'dated', says: 'Dated', opens: 1 }, () => ({
      class: 'failure',
      origin: 'intrinsic',
      severity: 'high',
      says: ['broke'],
      since: { from: atSecond(-40), to: atSecond(-40), by: 'event' },
    }))
    const { round } = await watching([dated])
    expect(shown(await round(0, [groupRow('a', 5)]))[0]?.since).toEqual({ from: atSecond(-40), to: atSecond(-40), by: 'event' })
  })

  test('closes with its record', async () => {
    const { round } = await watching([behind])
    await round(0, [groupRow('a', 500)])
    expect((await round(5, [groupRow('a', 500)])).findings).toHaveLength(1)
    expect((await round(10, [])).findings).toEqual([])
  })

  test('closes when its record no longer passes', async () => {
    const { round } = await watching([behind])
    await round(0, [groupRow('a', 500)])
    await round(5, [groupRow('a', 500)])
    await round(10, [groupRow('a', 500, 'views')])
    await round(15, [groupRow('a', 500, 'views')])
    expect((await round(20, [groupRow('a', 500, 'views')])).findings).toEqual([])
  })

  test('of a record that is not seen stays as it is and says since when', async () => {
    const { queries, judgement, round } = await watching([behind])
    await round(0, [groupRow('a', 500)])
    await round(5, [groupRow('a', 500)])
    for (let i = 2; i < 8; i++) {
      queries.put(kafkaOne, 'groups', [groupRow('a', 5)], atSecond(i * 5), false)
      queries.unsee(kafkaOne, 'groups', ['a'], { unknown: 'refused' })
      await judgement.judge([{ of: kafkaOne, collections: ['groups'] }], atSecond(i * 5))
    }
    const [finding] = shown(await judgement.judge([], atSecond(45)))
    expect(finding).toMatchObject({ label: 'a', blindSince: atSecond(10), opened: atSecond(5) })
    expect((await round(50, [groupRow('a', 500)])).findings[0]?.evidence).toEqual([])
  })

  test.each(['lag', 'topic'])('does not close because %s is unknown', async (field) => {
    const { round } = await watching([behind])
    await round(0, [groupRow('a', 500)])
    await round(5, [groupRow('a', 500)])
    const hidden = { ...groupRow('a', 500), [field]: { unknown: 'unanswered' } }
    for (let i = 2; i < 8; i++) expect((await round(i * 5, [hidden])).findings).toHaveLength(1)
  })

  test('never opens from data older than two polls, nor closes', async () => {
    const { queries, judgement, round } = await watching([behind])
    const old = async (seconds: number) => {
      queries.age(kafkaOne, 'groups')
      return (await judgement.judge([{ of: kafkaOne, collections: ['groups'] }], atSecond(seconds))).findings.length
    }
    await round(0, [groupRow('a', 500)])
    expect([await old(20), await old(25), await old(30)]).toEqual([0, 0, 0])
    await round(35, [groupRow('a', 500)])
    expect((await round(40, [groupRow('a', 5)])).findings).toHaveLength(1)
    expect([await old(60), await old(65), await old(70)]).toEqual([1, 1, 1])
  })

  test('is frozen when its connection falls silent, without a round', async () => {
    const { queries, judgement, round } = await watching([behind])
    await round(0, [groupRow('a', 500)])
    await round(5, [groupRow('a', 500)])
    queries.age(kafkaOne, 'groups')
    expect(shown(await judgement.judge([], atSecond(30)))[0]?.blindSince).toEqual(atSecond(30))
  })

  test('and its incident outlive a restart with the same opening, since and id', async () => {
    const { queries, open, round } = await watching([behind])
    await round(0, [groupRow('a', 5)])
    await round(5, [groupRow('a', 500)])
    const before = await round(10, [groupRow('a', 500)])
    for (const [name, rows] of Object.entries({ findings: before.findings, incidents: before.incidents }))
      queries.put(mine, name, rows, atSecond(10))
    const again = await open(atSecond(100))
    const judged = await again.judge([{ of: kafkaOne, collections: ['groups'] }], atSecond(105))
    expect(judged.findings).toEqual(before.findings)
    expect(judged.incidents.map((i) => i.incident)).toEqual(before.incidents.map((i) => i.incident))
  })

  test('of a rule that no longer exists is not taken up', async () => {
    const { queries, open, round } = await watching([behind])
    await round(0, [groupRow('a', 500)])
    const before = await round(5, [groupRow('a', 500)])
    queries.put(
      mine,
      'findings',
      before.findings.map((row) => ({ ...row, rule: 'kafka.gone' })),
      atSecond(10),
    )
    expect((await (await open(atSecond(20))).judge([], atSecond(20))).findings).toEqual([])
  })

  test('of a connection that was removed goes', async () => {
    const { judgement, round } = await watching([behind])
    await round(0, [groupRow('a', 500)])
    await round(5, [groupRow('a', 500)])
    judgement.forget('k1', atSecond(7))
    expect((await judgement.judge([], atSecond(8))).findings).toEqual([])
  })
})

describe('a judge', () => {
  test('sees neighbours joined by refs, the past of its series, and since when it is watched', async () => {
    const saw: unknown[] = []
    const look = check(
      streams,
      { on: 'groupPartitions', also: ['groups'], past: ['committed'], rule: 'look', says: 'Looks' },
      (row, see) =>
        void saw.push([
          row.partition,
          see.rows('groups').map((g) => g.group),
          see.past('committed').map((p) => p.value),
          see.watched.since,
        ]),
    )
    const { queries, judgement } = await watching([look])
    const span = { system: 'kafka', connection: 'k1', collection: 'groupPartitions' }
    queries.setCoverage([
      { ...span, state: 'complete', from: atSecond(-200), to: atSecond(-150) },
      { ...span, state: 'nobody-watching', from: atSecond(-150), to: atSecond(-60) },
      { ...span, state: 'complete', from: atSecond(-60), to: atSecond(10) },
    ])
    queries.put(kafkaOne, 'groups', [groupRow('a', 1), groupRow('b', 1)], atSecond(0))
    for (const [i, committed] of [10n, 10n, 30n].entries())
      queries.put(kafkaOne, 'groupPartitions', [{ group: 'b', topic: 'orders', partition: 0n, committed }], atSecond(i * 5))
    await judgement.judge([{ of: kafkaOne, collections: ['groupPartitions'] }], atSecond(10))
    expect(saw).toEqual([[0n, ['b'], [10n, 30n], atSecond(-60)]])
  })

  test('runs when a neighbour was swept, and not for other collections', async () => {
    let runs = 0
    const look = check(streams, { on: 'groups', also: ['topics'], rule: 'look', says: 'Looks' }, () => void runs++)
    const { queries, judgement } = await watching([look])
    queries.put(kafkaOne, 'groups', [groupRow('a', 1)], atSecond(0))
    for (const collection of ['topics', 'brokers']) await judgement.judge([{ of: kafkaOne, collections: [collection] }], atSecond(0))
    expect(runs).toBe(1)
  })

  test('that throws is told as a fault and leaves the others alone', async () => {
    const broken = check(streams, { on: 'groups', rule: 'broken', says: 'Breaks' }, () => {
      throw new Error('oops')
    })
    const { faults, round } = await watching([broken, behind])
    await round(0, [groupRow('a', 500)])
    expect((await round(5, [groupRow('a', 500)])).findings).toHaveLength(1)
    expect(faults).toEqual(['broken', 'broken'])
  })
})

describe('the landscape', () => {
  const stands = check(streams, { on: 'groups', rule: 'kafka.group.stalled', says: 'Stands still', opens: 1 }, (row, see) =>
    row.lag === 0
      ? undefined
      : {
          class: 'staleness',
          origin: 'derived',
          severity: 'critical',
          says: ['stands still'],
          also: [{ kind: 'kafka.record', name: ['orders', '2', '1234'], instance: see.of.instance }],
        },
  )
  const draws = link(streams, { on: 'groups' }, (row, see) => {
    const me = { kind: 'kafka.group', name: [row.group], instance: see.of.instance }
    const reads = {
      from: { kind: 'kafka.topic', name: ['orders'], instance: see.of.instance },
      to: me,
      does: 'reads',
      known: 'observed',
    } as const
    const at = { kind: 'kafka.record', name: ['orders', '2', '1234'], instance: see.of.instance }
    return row.lag === 0 ? [reads] : [reads, { from: me, to: at, does: 'stands-at', known: 'observed' }]
  })
  const known = [
    ends(streams, 'groups', (row) => [{ kind: 'kafka.group', name: [row.group] }]),
    ends(streams, 'topics', (row) => [{ kind: 'kafka.topic', name: [row.topic] }]),
  ]
  const says = headline(streams, { on: 'groups' }, (row) => ({ says: ['x'], health: 'critical', hop: `${row.group}: standing still` }))

  async function poisoned() {
    const all = await watching([stands], { links: [draws], ends: known, headlines: [says] })
    all.queries.put(kafkaOne, 'topics', [{ topic: 'orders' }], atSecond(0))
    all.queries.put(kafkaOne, 'groups', [groupRow('a', 9), groupRow('b', 9), groupRow('c', 0)], atSecond(0))
    const judged = await all.judgement.judge([{ of: kafkaOne, collections: ['topics', 'groups'] }], atSecond(0))
    return { ...all, judged }
  }

  test('joins groups that stand at one record into one incident whose topic is healthy', async () => {
    const { judged } = await poisoned()
    const at = record('orders', 2, 1234)
    expect(judged.incidents).toHaveLength(1)
    expect(judged.incidents[0]).toMatchObject({
      root: at,
      hit: [group('a'), group('b')],
      members: [at, group('a'), group('b')],
      blind: false,
    })
    expect(judged.edges?.map((e) => [e.from, e.does, e.to]).toSorted()).toEqual([
      [group('a'), 'stands-at', at],
      [group('b'), 'stands-at', at],
      [topic('orders'), 'reads', group('a')],
      [topic('orders'), 'reads', group('b')],
      [topic('orders'), 'reads', group('c')],
    ])
  })

  test('gives each hop of the chain its own words', async () => {
    const { judged } = await poisoned()
    expect(judged.incidents[0]?.chain).toEqual([
      {
        urn: group('a'),
        title: 'Kafka group a',
        detail: 'a: standing still',
        kind: 'fact',
        since: atSecond(0).toISOString(),
        source: 'front-1',
      },
      { title: 'orders-2 @ 1,234', detail: 'a and b stand at it', kind: 'cause', since: atSecond(0).toISOString(), source: '' },
    ])
  })

  test('keeps its edges while nobody can tell the value they rest on, and loses them once it is told', async () => {
    const far = link(streams, { on: 'groups', where: { topic: 'orders' } }, (row, see) => {
      const me = { kind: 'kafka.group', name: [row.group], instance: see.of.instance }
      const at = { kind: 'kafka.record', name: ['orders', '2', '1234'], instance: see.of.instance }
      return isUnknown(row.lag) || row.lag === 0 ? [] : [{ from: me, to: at, does: 'stands-at', known: 'observed' }]
    })
    const { round } = await watching([], { links: [far], ends: known })
    const edges = async (seconds: number, row: ReturnType<typeof groupRow>): Promise<unknown> =>
      (await round(seconds, [row])).edges?.map((e) => e.does) ?? 'as before'
    expect(await edges(0, groupRow('a', 9))).toEqual(['stands-at'])
    expect(await edges(5, groupRow('a', unknown('refused')))).toBe('as before')
    expect(await edges(10, groupRow('a', 9, unknown('unanswered')))).toBe('as before')
    expect(await edges(15, groupRow('a', 0))).toEqual([])
  })

  test('is not told again while it stays the same', async () => {
    const { judgement, judged } = await poisoned()
    expect(judged.edges).toBeDefined()
    expect((await judgement.judge([{ of: kafkaOne, collections: ['groups'] }], atSecond(5))).edges).toBeUndefined()
  })
})

test('connections of systems without judges are nobody to judge', async () => {
  const { judgement } = await watching([behind])
  const flink = { connection: 'f1', system: jobs.id, instance: 'F', title: 'flink' }
  expect((await judgement.judge([{ of: flink, collections: ['jobs'] }], start)).findings).toEqual([])
})
