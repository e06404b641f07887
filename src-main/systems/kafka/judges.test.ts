import { describe, expect, test } from 'vitest'
import { unknown } from '../../../shared/model/known.ts'
import { plain } from '../../../shared/model/sentence.ts'
import type { AnyRow, Sample } from '../../triage/judging.ts'
import { judges } from './judges.ts'
import { ago, around, broker, cluster, group, now, partition, position, topic } from './made-rows.ts'

const check = (rule: string) => {
  const found = judges.checks.find((one) => one.rule === rule)
  if (found === undefined) throw new Error(`no rule ${rule}`)
  return found
}
const saysOf = (rule: string, row: AnyRow, near: Parameters<typeof around>[0] = {}): string =>
  plain(check(rule).judge(row, around(near))?.says ?? [])
const headlineOf = (on: string, row: AnyRow, near: Parameters<typeof around>[0] = {}) => {
  const found = judges.headlines.find((one) => one.on === on)
  if (found === undefined) throw new Error(`no headline for ${on}`)
  const { says, also, health, hop } = found.judge(row, around(near))
  return { says: plain(says), also: plain(also ?? []), health, hop }
}
const standing = position({ status: 'STALLED', lag: 1_284_311n, end: 1_285_545n, standsSince: ago(2_760) })
const stalled = group({
  status: 'STALLED',
  lag: 1_284_311n,
  standsSince: ago(2_760),
  standsAt: ['orders', '2', '1234'],
  timeToLoss: 21_180_000,
})

describe('rules about the cluster', () => {
  test('what refuses writes now comes first', () => {
    expect(judges.checks[0]?.rule).toBe('kafka.topic.under-min-isr')
    const hurt = [partition({ state: 'UNDER_MIN_ISR', isr: ['1'] })]
    expect(saysOf('kafka.topic.under-min-isr', topic({ underMinIsr: 1 }), { rows: { partitions: hurt } })).toBe(
      'orders refuses writes: orders-2 has 1 in-sync replica where 2 are needed (min.insync.replicas).',
    )
    expect(check('kafka.topic.under-min-isr').judge(topic(), around({ rows: { partitions: [partition()] } }))).toBeUndefined()
  })
  test('a partition without leader names the brokers that hold it', () => {
    const hurt = [partition({ state: 'OFFLINE', leader: unknown('not-recorded'), replicas: ['3'] })]
    expect(saysOf('kafka.topic.offline', topic({ offline: 1 }), { rows: { partitions: hurt } })).toBe(
      'orders-2 of orders has no leader: nobody can read or write it. All replicas are on broker 3.',
    )
  })
  test('under-replicated is a risk, so that it joins no incident', () => {
    expect(check('kafka.topic.under-replicated').judge(topic({ underReplicated: 2 }), around())).toMatchObject({
      class: 'risk',
      severity: 'warn',
    })
  })
  test('under-replicated is not said of a topic that refuses writes or has no leader: it is not still read and written', () => {
    const says = (change: Parameters<typeof topic>[0]) => saysOf('kafka.topic.under-replicated', topic({ underReplicated: 2, ...change }))
    expect(says({})).toContain('It is still read and written.')
    expect(says({ underMinIsr: 1 })).toBe('')
    expect(says({ offline: 1 })).toBe('')
  })
  test('a topic whose min.insync.replicas is not known is not said to take writes', () => {
    const row = topic({ state: 'UNDER_REPLICATED', underReplicated: 1, underMinIsr: unknown('not-yet'), minIsr: unknown('not-yet') })
    const hurt = [partition({ state: 'UNDER_REPLICATED', isr: ['1'], minIsr: unknown('not-yet') })]
    expect(saysOf('kafka.topic.under-replicated', row)).toBe(
      'orders is under-replicated: 1 of 3 partitions has fewer in-sync replicas than replicas. It is still read; whether it takes writes is not known.',
    )
    expect(headlineOf('topics', row, { rows: { partitions: hurt } }).says).toBe(
      'Read, with less safety: orders-2 has fewer in-sync replicas than replicas. Whether it takes writes is not known.',
    )
  })
  test('says / sees, in the words of the cluster and of our sockets', () => {
    const refusing = broker({
      contact: 'refusing',
      failures: 3,
      failingSince: new Date('2026-03-02T03:00:01Z'),
      lastAnswer: new Date('2026-03-02T02:59:58Z'),
      lastError: 'b7:9092: refused the connection.',
    })
    const verdict = check('kafka.broker.says-sees').judge(refusing, around())
    expect(plain(verdict?.says ?? [])).toBe(
      'The cluster still lists broker 7 as alive; it refuses us since 03:00:01 UTC. Clusters notice with a delay; until then other counts may be wrong. 212 partitions have it as leader.',
    )
    expect(verdict).toMatchObject({ since: { from: new Date('2026-03-02T02:59:58Z'), to: new Date('2026-03-02T03:00:01Z') } })
    expect(verdict?.evidence?.map((e) => e.label)).toEqual(['Says', 'Sees'])
    expect(headlineOf('brokers', refusing).says).toContain('it has refused us 3 times since 03:00:01 UTC')
    expect(headlineOf('brokers', refusing)).toMatchObject({ health: 'high', hop: 'said up · refuses us since 03:00:01 UTC' })
  })
  test('a partition whose leader did not answer is blind, not hurt', () => {
    const silent = [partition({ end: unknown('refused', 'no'), leader: '7' })]
    expect(check('kafka.topic.unanswered').judge(topic({ recordsAtLeast: true }), around({ rows: { partitions: silent } }))).toMatchObject({
      class: 'blind',
    })
  })
  test('a leader that answered with an error is not said to be silent', () => {
    const rule = 'kafka.topic.unanswered'
    const says = (...partitions: ReturnType<typeof partition>[]) => saysOf(rule, topic({ recordsAtLeast: true }), { rows: { partitions } })
    const answered = partition({ end: unknown('unanswered', 'OFFSET_NOT_AVAILABLE'), error: 'OFFSET_NOT_AVAILABLE' })
    const silent = partition({ partition: 0n, leader: '7', end: unknown('unanswered', 'b7:9092 did not answer within 5 s'), error: 'b7' })
    expect(says(answered)).toBe('orders-2 of orders gave no offsets: broker 1 answered OFFSET_NOT_AVAILABLE.')
    expect(says(silent)).toBe('orders-0 of orders gave no offsets: broker 7 did not answer.')
    expect(says(silent, answered)).toBe(
      'orders-0 and orders-2 of orders gave no offsets: broker 7 did not answer and broker 1 answered OFFSET_NOT_AVAILABLE.',
    )
  })
  test('no controller is told apart from a controller nobody asked for yet', () => {
    expect(
      check('kafka.cluster.no-controller').judge(cluster({ controller: unknown('not-recorded', 'there is none') }), around()),
    ).toMatchObject({ severity: 'critical' })
    expect(check('kafka.cluster.no-controller').judge(cluster({ controller: unknown('not-yet') }), around())).toBeUndefined()
  })
})

describe('rules about groups', () => {
  test('a finding says the same a minute later, with a minute more unread', () => {
    const near = around({ rows: { groupPartitions: [standing] } })
    const later = {
      ...around({ rows: { groupPartitions: [position({ ...standing, lag: 1_290_000n, end: 1_291_234n })] } }),
      now: new Date(near.now.getTime() + 60_000),
    }
    const minuteLess = { ...stalled, lag: 1_290_000n, timeToLoss: 21_120_000 }
    const verdict = check('kafka.group.stalled').judge(minuteLess, later)
    expect(plain(verdict?.says ?? [])).toBe(saysOf('kafka.group.stalled', stalled, { rows: { groupPartitions: [standing] } }))
  })
  test('a stalled group says where, since when, who reads, and when retention takes it, and nothing that changes while it stands', () => {
    const verdict = check('kafka.group.stalled').judge(stalled, around({ rows: { groupPartitions: [standing] } }))
    expect(plain(verdict?.says ?? [])).toBe(
      'billing stands still: orders-2 has committed nothing since 02:41:00 UTC at offset 1,234; its reader (client app-7) is alive. Retention takes the first unread record at about 09:20 UTC.',
    )
    expect(verdict?.also).toEqual([{ kind: 'kafka.record', name: ['orders', '2', '1234'], instance: 'K' }])
    expect(verdict?.since).toEqual({ from: ago(2_765), to: ago(2_760), by: 'seen' })
  })
  test('a commit that stood before we looked has an open since', () => {
    const before = { ...standing, commitBefore: true }
    expect(
      check('kafka.group.stalled')
        .judge(stalled, around({ rows: { groupPartitions: [before] } }))
        ?.since?.from.getTime(),
    ).toBe(0)
  })
  test('a group nobody has been in is a risk, one that lost records while read is a failure', () => {
    expect(check('kafka.group.no-consumer').judge(group({ status: 'NO_CONSUMER', lag: 5n }), around())).toMatchObject({ class: 'risk' })
    const lost = [position({ kind: 'EXPIRED', lost: 30n })]
    expect(check('kafka.group.records-lost').judge(group({ lost: 30n }), around({ rows: { groupPartitions: lost } }))).toMatchObject({
      class: 'failure',
    })
    expect(saysOf('kafka.group.records-lost', group({ lost: 30n }), { rows: { groupPartitions: lost } })).toContain(
      'lost at most 30 records at orders-2',
    )
  })
  test('topics that a group dropped count neither in what it lost nor in how often it stands', () => {
    const old = { ...standing, topic: 'old', orphan: true, lost: 5_000n }
    const lost = [position({ kind: 'EXPIRED', lost: 30n }), old]
    expect(saysOf('kafka.group.records-lost', group({ lost: 30n }), { rows: { groupPartitions: lost } })).toContain(
      'lost at most 30 records at orders-2:',
    )
    const near = { rows: { groupPartitions: [standing, old] } }
    expect(saysOf('kafka.group.stalled', stalled, near)).not.toContain('other partition')
    expect(headlineOf('groups', stalled, near).hop).toContain('at orders-2 @ 1,234')
    expect(headlineOf('topics', topic({ topic: 'old' }), { rows: { groupPartitions: [old] } }).also).not.toContain('still in it')
  })
  test('a consumer that stopped does not stand at a record, one that assigns its own partitions does', () => {
    const stopped = { ...standing, status: 'STOPPED' as const, owner: '' }
    const near = { rows: { groupPartitions: [stopped] } }
    expect(check('kafka.group.stopped').judge(group({ status: 'STOPPED', members: 0 }), around(near))?.also).toEqual([])
    expect(
      check('kafka.group.stopped').judge(group({ status: 'STOPPED', kind: 'self-assigned', members: 0 }), around(near))?.also,
    ).toHaveLength(1)
  })
})

describe('sentences', () => {
  test('first minutes: what is certain before any trend', () => {
    const row = group({ status: 'INSUFFICIENT', lag: 12n, firstUnread: { from: ago(2_760), to: ago(2_760) } })
    const early = position({ status: 'INSUFFICIENT', lag: 12n, recordAt: ago(2_760) })
    expect(headlineOf('groups', row, { rows: { groupPartitions: [early] }, watchedForSeconds: 20 }).says).toBe(
      'Watching for 20 s, so no trend yet. Already certain: 12 records behind, the first unread record was written 02:41:00 UTC (46 min ago), by its own timestamp. Verdict in about 2 min.',
    )
  })
  test('partial: at least, how many are counted, and why the others are not', () => {
    const row = group({ status: unknown('refused'), lag: 1_200_000n, atLeast: true, counted: 311, uncounted: 14 })
    const dark = position({ kind: 'ERROR', lag: unknown('refused', 'b7:9092: refused the connection'), status: 'ERROR' })
    const { says, also } = headlineOf('groups', row, { rows: { groupPartitions: [dark] } })
    expect(says).toBe('Partly known: at least 1,200,000 records behind.')
    expect(also).toBe('311 of 325 partitions counted, 14 unknown (b7:9092: refused the connection).')
  })
  test('self-assigned: Kafka cannot say who reads', () => {
    expect(headlineOf('groups', group({ kind: 'self-assigned' })).also).toContain('Kafka cannot say who reads this')
  })
  test('well: nothing unread', () => {
    expect(headlineOf('groups', group())).toMatchObject({ says: 'Keeping up: nothing unread at 1 partition.', health: 'ok' })
  })
  test('standing still, with its age and what lies unread', () => {
    expect(headlineOf('groups', stalled, { rows: { groupPartitions: [standing] } }).says).toContain(
      'since 02:41:00 UTC (46 min) at offset 1,234 while 1,284,311 records lie unread; its reader (client app-7) is alive.',
    )
  })
  test('standing still, as a hop of somebody else’s chain', () => {
    expect(headlineOf('groups', stalled, { rows: { groupPartitions: [standing] } }).hop).toBe(
      'stalled 46 min at orders-2 @ 1,234 · 1,284,311 records behind',
    )
    const other = { ...standing, partition: 3n }
    expect(headlineOf('groups', stalled, { rows: { groupPartitions: [standing, other] } }).hop).toBe(
      'stalled 46 min at 2 partitions · 1,284,311 records behind',
    )
  })
  test('a topic of one partition is not said to have all of them', () => {
    expect(headlineOf('topics', topic({ partitions: 1 })).says).toBe('Its one partition is led and in sync.')
    expect(headlineOf('topics', topic()).says).toBe('All 3 partitions are led and in sync.')
  })
  test('partitions without a commit are counted in the words of their number, however many others there are', () => {
    const without = position({ kind: 'NO_COMMIT', status: 'NO_COMMIT', lag: unknown('not-recorded') })
    const says = (...positions: (typeof without)[]) =>
      headlineOf('groups', group({ status: 'NO_COMMIT', lag: 7n }), { rows: { groupPartitions: positions } }).says
    expect(says(position(), without)).toBe('1 partition has no commit; the rest: 7 records behind.')
    expect(says(without, { ...without, topic: 'old', orphan: true })).toBe('1 partition has no commit; the rest: 7 records behind.')
    expect(says(without, without)).toBe('2 partitions have no commit; the rest: 7 records behind.')
  })
  test('the cluster says what hurts, worst first, and what is not seen', () => {
    expect(headlineOf('cluster', cluster()).says).toContain('is well')
    const unread = headlineOf('cluster', cluster({ underMinIsr: unknown('not-yet') }))
    expect(unread.says).toBe('Cluster K: 3 brokers, 10 topics, 4 groups; every partition is led. Whether all take writes is not known.')
    expect(unread.hop).toBe('every partition is led')
    const hurt = headlineOf('cluster', cluster({ underMinIsr: 2, offline: 1, brokersAnswering: 2, groupsUnseen: 1 }))
    expect(hurt.says).toBe('Cluster K: 2 partitions refuse writes, 1 partition has no leader and 1 of 3 brokers does not answer us.')
    expect(hurt.also).toBe('Groups behind 1 broker are not seen; they are not gone.')
  })
})

describe('links', () => {
  const edges = (on: string, row: AnyRow, near: Parameters<typeof around>[0] = {}) =>
    judges.links.filter((one) => one.on === on).flatMap((one) => one.judge(row, around(near)))
  test('brokers host the topics they lead, followers do not', () => {
    const drawn = edges('topics', topic(), {
      rows: { partitions: [partition({ leader: '2' }), partition({ partition: 1n, leader: '2' })] },
    })
    expect(drawn.map((e) => [e.from.name, e.does, e.to.name])).toEqual([[['2'], 'hosts', ['orders']]])
  })
  test('groups read topics, and those that stand still stand at a record', () => {
    const drawn = edges('groups', stalled, { rows: { groupPartitions: [standing] } })
    expect(drawn.map((e) => [e.from.kind, e.does, e.to.kind])).toEqual([
      ['kafka.topic', 'reads', 'kafka.group'],
      ['kafka.group', 'stands-at', 'kafka.record'],
    ])
  })
})

describe('derived fields', () => {
  const points = (...values: readonly (readonly [secondsAgo: number, value: bigint | number])[]): readonly Sample[] =>
    values.map(([s, value]) => ({ at: ago(s), value }))
  const derived = (row: AnyRow, near: Parameters<typeof around>[0]) => {
    const judge = judges.derives.find(
      (one) => one.on === String('committed' in row ? 'groupPartitions' : 'groups') && (one.when?.(row) ?? true),
    )
    return judge?.judge(row, around(near)) ?? {}
  }
  test('nothing unread needs no past', () => {
    expect(derived(position(), {})).toMatchObject({ status: 'OK', firstUnreadBy: 'nothing unread', eta: 0 })
  })
  test('a commit that stands while the end moves is stalled after half of the window, since our sockets saw it there', () => {
    const row = position({ lag: 100n, committed: 50n, end: 150n, commitSince: ago(160), commitBefore: false })
    const past = {
      committed: points([300, 40n], [160, 50n]),
      end: points([300, 60n], [200, 90n], [100, 120n], [5, 150n]),
      lag: points([300, 20n], [160, 40n], [5, 100n]),
      members: points([300, 1]),
      settling: points([300, 0]),
      earliest: points([300, 0n]),
    }
    const answer = derived(row, { past, rows: { groups: [group()] } })
    expect(answer).toMatchObject({ status: 'STALLED', standsSince: ago(160) })
    expect(answer.firstUnread).toEqual({ to: ago(300) })
    expect(answer.firstUnreadBy).toBe('our own watching')
  })
  test('beyond the window the sockets’ word counts for how long it stands', () => {
    const row = position({ lag: 100n, committed: 50n, end: 150n, commitSince: ago(2_760), commitBefore: true })
    const past = {
      committed: points([300, 50n]),
      end: points([300, 60n], [5, 150n]),
      lag: points([300, 10n], [5, 100n]),
      members: points([300, 1]),
    }
    expect(derived(row, { past, rows: { groups: [group()] } })).toMatchObject({ status: 'STALLED', standsSince: ago(2_760) })
  })
  test('a group is as bad as its worst partition and stands where the longest stands', () => {
    const rows = {
      groupPartitions: [
        position({ status: 'OK' }),
        { ...standing, partition: 1n, eta: unknown('not-recorded', 'never at this rate') },
        position({ status: 'STALLED', orphan: true, standsSince: ago(9_000) }),
      ],
    }
    expect(derived(group(), { rows })).toMatchObject({
      status: 'STALLED',
      standsSince: ago(2_760),
      standsAt: ['orders', '1', '1234'],
      eta: { note: 'never at this rate' },
    })
  })
  test('a group whose worst partition did not answer has no status, so that no finding of it ends', () => {
    const refused = unknown('refused', 'b7:9092: refused the connection')
    const rows = { groupPartitions: [position(), position({ partition: 1n, kind: 'ERROR', status: 'ERROR', lag: refused })] }
    expect(derived(group(), { rows })).toMatchObject({ status: refused })
    expect(derived(group(), { rows: { groupPartitions: [standing, ...rows.groupPartitions] } })).toMatchObject({ status: 'STALLED' })
  })
  test('a group without commits is not judged', () => {
    expect(derived(group({ kinds: {} }), { rows: {} })).toMatchObject({ status: 'NOTHING_COMMITTED' })
    expect(now.getTime()).toBeGreaterThan(0)
  })
})
