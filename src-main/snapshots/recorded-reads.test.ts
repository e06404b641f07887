import { describe, expect, it } from 'vitest'
import { toySystems } from '../../e2e/support/exported-span.ts'
import type { Sentence } from '../../shared/model/sentence.ts'
import { evidenceReads, readsIn } from './evidence-reads.ts'
import { type RecordedRead, readsDocuments, readsIndexSchema, replayRead, withoutBodies } from './recorded-reads.ts'

const big = 9_223_372_036_854_775_807n
const at = new Date('2026-01-02T01:59:00Z')
const recorded: RecordedRead = {
  system: 'toy',
  connection: 'toy-1',
  read: 'messages',
  input: { topic: 'orders', from: big },
  at,
  complete: true,
  columns: ['offset', 'size', 'value'],
  rows: [[big, 20, 'a body']],
}
const documents = new Map(
  readsDocuments([withoutBodies(recorded, toySystems, Buffer.alloc(32))]).map(({ name, text }) => [name, JSON.parse(text)]),
)
const index = readsIndexSchema.parse(documents.get('reads/index.json'))
const replay = (input: Readonly<Record<string, unknown>>, connection = 'toy-1') =>
  replayRead(index, { connection, read: 'messages', input }, toySystems, async (entry) => documents.get(entry))

describe('recorded reads', () => {
  it('are replayed with exact numbers for the same input, however it is written', async () => {
    for (const from of [big, String(big)]) {
      expect(await replay({ from, topic: 'orders' })).toEqual({
        columns: ['offset', 'size', 'value'],
        rows: [[big, 20, { unknown: 'withheld', note: expect.stringMatching(/^hash [0-9a-f]{16}$/) }]],
        from: 'recorded',
      })
    }
  })

  it('are not recorded for another input or connection', async () => {
    await expect(replay({ topic: 'orders', from: 1n })).rejects.toMatchObject({ data: { code: 'not-found' } })
    await expect(replay({ topic: 'orders', from: big }, 'toy-2')).rejects.toMatchObject({ data: { code: 'not-found' } })
  })

  it('say when they were cut short', async () => {
    const cut = readsIndexSchema.parse(index.map((one) => ({ ...one, complete: false })))
    const asked = { connection: 'toy-1', read: 'messages', input: { topic: 'orders', from: big } }
    expect((await replayRead(cut, asked, toySystems, async (entry) => documents.get(entry))).from).toBe('partly-recorded')
  })

  it('hold the same hash for the same body and another one under another key', () => {
    const note = (body: string, key: number): unknown =>
      withoutBodies({ ...recorded, rows: [[1n, 1, body]] }, toySystems, Buffer.alloc(32, key)).rows[0]?.[2]
    expect(note('x', 1)).toEqual(note('x', 1))
    expect(note('x', 1)).not.toEqual(note('y', 1))
    expect(note('x', 1)).not.toEqual(note('x', 2))
  })
})

describe('evidenceReads', () => {
  const to = { read: { system: 'toy', connection: 'toy-1', name: 'messages', input: { topic: 'orders', from: '41' } } }
  const sentences: readonly Sentence[] = [
    ['stands at ', { text: '41', to }],
    ['again ', { text: '41', to }, { text: 'x', to: { urn: 'urn' } }],
  ]
  const quiet = new AbortController().signal

  it('runs each read that a finding points at once, with its input in its types', async () => {
    const asked: unknown[] = []
    const reads = await evidenceReads(
      sentences,
      toySystems,
      async function* (ask) {
        asked.push(ask)
        yield { columns: ['offset', 'size', 'value'], rows: [[41n, 1, 'x']], from: 'live' }
      },
      () => at,
      quiet,
    )
    expect(asked).toEqual([{ connection: 'toy-1', read: 'messages', input: { topic: 'orders', from: 41n } }])
    expect(reads).toMatchObject([{ system: 'toy', rows: [[41n, 1, 'x']], complete: true, at }])
    expect(readsIn(sentences)).toHaveLength(1)
  })

  it('leaves a read out that fails', async () => {
    // biome-ignore lint/correctness/useYield: a read that only fails
    const failing = async function* (): AsyncGenerator<never> {
      throw new Error('the broker is gone')
    }
    expect(await evidenceReads(sentences, toySystems, failing, () => at, quiet)).toEqual([])
  })
})
