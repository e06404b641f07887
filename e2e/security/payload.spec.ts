// S13, R34: whatever a page sends to any operation, the host answers or drops it, and goes on.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contract } from '../../shared/contract/contract.ts'
import { type Frames, memoryFrames } from '../../shared/contract/frames.ts'
import { createHost, type Host } from '../../src-main/host/create-host.ts'
import { noFiles } from '../support/no-files.ts'

const runs = process.env.LANDSCOPE_FULL_COUNTS === '1' ? 10_000 : 1_000
const seed = Number(process.env.LANDSCOPE_SEED ?? Date.now() % 2 ** 31)
/** An operation that does not answer within this is a hang. */
const HANG_MS = 5_000

let profile = ''
let host: Host
let page: Frames
let nextId = 1
const answered = new Map<string, (frame: string) => void>()
const unhandled: unknown[] = []
const note = (error: unknown): void => void unhandled.push(error)

beforeAll(async () => {
  process.on('unhandledRejection', note)
  profile = await mkdtemp(join(tmpdir(), 'payload-'))
  host = await createHost({ profile, app: { name: 'Landscope', version: '0' }, mode: 'served', files: noFiles })
  const [ours, theirs] = memoryFrames()
  host.attach(theirs)
  page = ours
  page.onFrame((frame) => {
    const id = /"i":"(\w+)"/.exec(String(frame))?.[1]
    if (id !== undefined) answered.get(id)?.(String(frame))
  })
})
afterAll(async () => {
  page?.close()
  await host?.close()
  await rm(profile, { recursive: true, force: true })
  process.off('unhandledRejection', note)
})

/** Sends one request and resolves to the first frame that answers it; a stream is cancelled then. */
async function send(path: string, body: string): Promise<string> {
  const id = `x${nextId}`
  nextId += 1
  const answer = new Promise<string>((resolve, reject) => {
    const hang = setTimeout(() => reject(new Error(`no answer within ${HANG_MS} ms: ${path} ${body.slice(0, 500)}`)), HANG_MS)
    answered.set(id, (frame) => {
      clearTimeout(hang)
      resolve(frame)
    })
  })
  page.send(`{"i":"${id}","p":{"u":"${path}","b":${body}}}`)
  try {
    return await answer
  } finally {
    answered.delete(id)
    page.send(`{"i":"${id}","t":4}`)
  }
}

/** Paths of all operations, from the contract itself. */
function paths(of: object, above = ''): readonly string[] {
  if ('~orpc' in of) return [above]
  return Object.entries(of).flatMap(([name, inner]) =>
    typeof inner === 'object' && inner !== null ? paths(inner, `${above}/${name}`) : [],
  )
}
const operations = paths(contract)

/** Inputs that look as if they belonged to the contract, with wrong parts, beside plain nonsense. */
const word = fc.oneof(
  fc.constantFrom('kafka', 'flink', 'groups', 'topics', 'x', '', '__proto__', 'constructor', '../..', "';drop table x--"),
  fc.string(),
)
const input = fc.oneof(
  fc.jsonValue({ maxDepth: 6 }),
  fc.record(
    {
      viewing: fc.oneof(fc.constant({}), fc.record({ source: word }, { requiredKeys: [] }), fc.jsonValue()),
      system: word,
      collection: word,
      connection: word,
      urn: word,
      text: word,
      sort: word,
      typed: word,
      path: word,
      source: word,
      offset: fc.oneof(fc.integer(), fc.double()),
      limit: fc.oneof(fc.integer(), fc.double()),
      where: fc.dictionary(word, fc.jsonValue()),
      extra: fc.jsonValue(),
    },
    { requiredKeys: [] },
  ),
)

describe('S13 what a page sends', () => {
  it('finds every operation of the contract', () => {
    expect(operations.length).toBeGreaterThan(15)
  })

  it(`is answered for any input to any operation (${runs} inputs, seed ${seed})`, { timeout: runs * 200 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...operations), input, fc.boolean(), async (path, value, wrapped) => {
        const json = JSON.stringify(value) ?? 'null'
        const frame = await send(path, wrapped ? `{"json":${json}}` : json)
        expect(frame).toContain('"i":')
      }),
      { numRuns: runs, seed },
    )
    expect(unhandled).toEqual([])
  })

  it(`is answered or dropped for any text at all (${runs} texts, seed ${seed})`, { timeout: runs * 200 }, async () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"i":"a"',
      '"p":',
      '"u":',
      '"/hello"',
      '"b":',
      '"t":4',
      '"t":3',
      ',',
      ':',
      'null',
      '1e999',
      '"\\ud800"',
      '{"i":"a","p":{"u":"/hello","b":',
    )
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.array(pieces, { maxLength: 12 }).map((p) => p.join('')),
        ),
        async (text) => {
          page.send(text)
        },
      ),
      { numRuns: runs, seed },
    )
    expect(await send('/hello', '{"json":{}}')).toContain('Landscope')
    expect(unhandled).toEqual([])
  })

  it('does not pollute objects', async () => {
    for (const path of operations) await send(path, '{"json":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}')
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  it.each([
    ['oversize', `{"json":{"text":"${'x'.repeat(2_000_000)}"}}`],
    ['nested without end', `{"json":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['of a wrong type', '{"json":"x"}'],
    ['with an extra field', '{"json":{"viewing":{},"text":"a","limit":5,"extra":1}}'],
    ['without its fields', '{"json":{}}'],
  ])('is refused when it is %s, and the page goes on', async (_what, body) => {
    const frame = await send('/names/find', body)
    expect(frame).toMatch(/"code":"(bad-request|too-large)"/)
    expect(await send('/hello', '{"json":{}}')).toContain('Landscope')
  })
})
