import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { End } from '../../shared/model/edge.ts'
import { type KnownEnd, type RawEdge, resolveEdges, resolver } from './resolve.ts'

const topicEnd = (name: string, more: Partial<End> = {}): End => ({ kind: 'kafka.topic', name: [name], ...more })
const known = (cluster: string, name: string, hint?: string): KnownEnd => ({
  end: topicEnd(name, hint === undefined ? {} : { hint }),
  urn: `urn:ls:kafka:${cluster}:topics:${name}`,
  label: name,
  connection: `c-${cluster}`,
  instance: cluster,
})
const front = known('front', 'orders', 'b1:9092,b2:9092')
const back = known('back', 'orders', 'b7:9092')
const meant = (ends: readonly KnownEnd[], end: End, by?: string, named: readonly End[] = []) =>
  resolver(ends, named)(end, by).map((m) => m.node)

describe('an end', () => {
  test('means the one record of its kind and name', () => {
    expect(meant([front, known('front', 'views')], topicEnd('orders'))).toEqual([front.urn])
    expect(meant([front], { kind: 'kafka.group', name: ['orders'] })).toEqual(['end:kafka.group::orders'])
  })
  test('with an instance means only that one', () => {
    expect(meant([front, back], topicEnd('orders', { instance: 'back' }))).toEqual([back.urn])
    expect(meant([front], topicEnd('orders', { instance: 'other' }))).toEqual(['end:kafka.topic:other:orders'])
  })
  test('is narrowed by an address that both know, in any spelling', () => {
    expect(meant([front, back], topicEnd('orders', { hint: 'SASL_SSL://B2:9092, b9:9092' }))).toEqual([front.urn])
  })
  test('that its own connection also knows means that one', () => {
    expect(meant([front, back], topicEnd('orders'), 'c-back')).toEqual([back.urn])
  })
  test('that stays ambiguous means each of them', () => {
    expect(meant([front, back], topicEnd('orders', { hint: 'elsewhere:1' }))).toEqual([front.urn, back.urn])
  })
  test('that no record matches is one virtual node, also for those who do not know its cluster', () => {
    const at: End = { kind: 'kafka.record', name: ['orders', '2', '1234'], instance: 'front' }
    const bare: End = { kind: 'kafka.record', name: ['orders', '2', '1234'] }
    expect(meant([], bare, undefined, [at, bare])).toEqual(meant([], at, undefined, [at, bare]))
    expect(meant([], bare, undefined, [at, { ...at, instance: 'back' }])).toEqual(['end:kafka.record::orders/2/1234'])
  })
})

describe('edges', () => {
  const job: End = { kind: 'flink.job', name: ['j'] }
  const reads = (from: End, more: Partial<RawEdge> = {}): RawEdge => ({ from, to: job, does: 'reads', known: 'observed', by: 'f', ...more })

  test('to an ambiguous end are drawn to each, as a guess with its share', async () => {
    const edges = await resolveEdges([reads(topicEnd('orders'))], resolver([front, back], []))
    expect(edges.map((e) => [e.from, e.known, e.score])).toEqual([
      [front.urn, 'guessed', 0.5],
      [back.urn, 'guessed', 0.5],
    ])
  })
  test('drawn twice are one, as the better of the two knows it', async () => {
    const edges = await resolveEdges([reads(topicEnd('orders'), { known: 'configured' }), reads(topicEnd('orders'))], resolver([front], []))
    expect(edges.map((e) => [e.from, e.to, e.known, e.fromLabel, e.toLabel])).toEqual([
      [front.urn, 'end:flink.job::j', 'observed', 'orders', 'j'],
    ])
  })
  test('are the same in whatever order they are drawn', async () => {
    const pool = [
      reads(topicEnd('orders')),
      reads(topicEnd('orders'), { known: 'configured', by: 'g' }),
      reads(topicEnd('views'), { does: 'hosts' }),
      reads(topicEnd('orders', { instance: 'back' }), { known: 'guessed', score: 0.3 }),
    ]
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(pool, { minLength: pool.length }), async (some) => {
        const drawn = async (edges: readonly RawEdge[], ends: readonly KnownEnd[]) =>
          (await resolveEdges(edges, resolver(ends, []))).toSorted((a, b) => (a.from + a.does < b.from + b.does ? -1 : 1))
        expect(await drawn(some, [front, back])).toEqual(await drawn(pool, [back, front]))
      }),
    )
  })
})
