// S17: what leaves the host in errors and logs carries no secret. The shapes and forms are tried in src-main/host/redact.test.ts.
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryFrames } from '../../shared/contract/frames.ts'
import { AppError } from '../../shared/model/app-error.ts'
import { attach, implementContract } from '../../src-main/host/attach.ts'
import { conformanceHandlers } from '../../src-main/host/conformance/handlers.ts'
import { checkout } from '../support/launch-app.ts'

const canary = 'Sw0rdfish-7f3k2q9x'
const leaks = [
  `connect to http://user:${canary}@broker:8083/connectors failed`,
  `sasl.jaas.config=org.example.Plain required password="${canary}";`,
  `Authorization: Bearer ${canary}`,
]

async function answerTo(thrown: unknown): Promise<string> {
  const { handlers } = conformanceHandlers()
  const router = implementContract({
    ...handlers,
    hello: async () => {
      throw thrown
    },
  })
  const [page, host] = memoryFrames()
  attach(router, host)
  try {
    return await new Promise((resolve) => {
      page.onFrame((frame) => resolve(String(frame)))
      page.send('{"i":"a","p":{"u":"/hello","b":{"json":{}}}}')
    })
  } finally {
    page.close()
  }
}

describe('S17 errors that reach the page', () => {
  it.each(leaks)('hide the secret in %j, typed or not', async (message) => {
    for (const thrown of [new Error(message), new AppError('unreachable', message), message]) {
      const answer = await answerTo(thrown)
      expect(answer).toContain('"code":')
      expect(answer).not.toContain(canary)
    }
  })
})

describe('S17 the log of the host', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'redaction-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('hides secrets and keeps one line a message', async () => {
    const program = join(folder, 'log.mjs')
    const source = JSON.stringify(join(checkout, 'src-main/host/host-log.ts'))
    await writeFile(
      program,
      `import { hostLog } from ${source}\nfor (const m of ${JSON.stringify(leaks)}) hostLog({ level: 'error', what: 'x', message: 'one\\ntwo \\u001b[31m ' + m })\n`,
    )
    const child = spawn(process.execPath, [program], { stdio: ['ignore', 'ignore', 'pipe'] })
    const written = await text(child.stderr)
    const lines = written.trim().split('\n')
    expect(lines).toHaveLength(leaks.length)
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ level: 50, what: 'x' })
    expect(written).not.toContain(canary)
    expect(written).not.toContain('\u001b')
  })
})
