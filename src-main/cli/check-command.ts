// `landscope check`: what is wrong, as an exit code for scripts: 0 nothing, 1 findings, 2 could not look.
import { type CommandDef, defineCommand } from 'citty'
import type { FindingAnswer, FindingsAnswer } from '../../shared/contract/messages.ts'
import { AppError } from '../../shared/model/app-error.ts'
import { plain } from '../../shared/model/sentence.ts'
import { tableEntry } from '../../shared/snapshot/entry-names.ts'
import { type Looking, look, lookArgs, onlyKnown } from './arguments.ts'
import { jsonLine, type Streams, tableText, visible } from './print.ts'
import { wholeNumber } from './records-command.ts'
import { WAIT_SECONDS, waitForAnswers } from './wait-for-answers.ts'

const MOST = 1_000
const args = {
  ...lookArgs,
  wait: { type: 'string', description: `Seconds to wait for the first answers (default ${WAIT_SECONDS})`, valueHint: 'S' },
} as const

export function checkCommand({ out }: Streams, exit: (code: number) => void): CommandDef<typeof args> {
  return defineCommand({
    meta: { name: 'check', description: 'Say what is wrong: exit code 0 nothing, 1 findings, 2 could not look' },
    args,
    run: async ({ args: given }) => {
      onlyKnown(given, args)
      const waitMs = 1_000 * (given.wait === undefined ? WAIT_SECONDS : wholeNumber('wait', given.wait))
      await look(given, async (looking) => {
        const answer = await findingsOf(looking, waitMs)
        exit(answer.findings.length > 0 ? 1 : 0)
        out(given.json === true ? asJson(looking, answer) : asText(answer))
      })
    },
  })
}

/** With a moment those that held then; in a file without one all that held in it; else those that hold now. */
async function findingsOf({ client, viewing, file }: Looking, waitMs: number): Promise<FindingsAnswer> {
  const lost = file?.damaged.some((name) => name.startsWith(tableEntry('records', 'landscope', 'findings').replace(/parquet$/, '')))
  if (lost === true) throw new AppError('protocol', 'The findings of this file are damaged: it cannot be said what was wrong.')
  if (file !== undefined && viewing.at !== undefined) inSpan(viewing.at, new Date(file.manifest.from), new Date(file.manifest.to))
  if (file === undefined && viewing.at === undefined) {
    const { answering, failing } = await waitForAnswers(client, waitMs)
    if (answering === 0) throw new AppError('unreachable', `None of ${failing} connections answers.`)
  }
  const span = file !== undefined && viewing.at === undefined ? { from: new Date(file.manifest.from), to: new Date(file.manifest.to) } : {}
  const found = await client.findings.page({ viewing, ...span, limit: MOST })
  if (found.findings.length === 0 && !('from' in span)) await claimNothing(client, viewing)
  return found
}

/** Nothing found is no answer where not everybody looked. unreachable: who did not. */
async function claimNothing(client: Looking['client'], viewing: Looking['viewing']): Promise<void> {
  const { headline, notSeen } = await client.headline.read({ viewing, of: { page: 'now' } })
  if (headline.health === 'ok') return
  throw new AppError('unreachable', [plain(headline.says), ...(notSeen === undefined ? [] : [plain(notSeen)])].join(' '))
}

function inSpan(at: Date, from: Date, to: Date): void {
  if (at >= from && at <= to) return
  throw new AppError(
    'not-found',
    `Nothing was recorded at ${at.toISOString()}: the file holds ${from.toISOString()} to ${to.toISOString()}.`,
  )
}

const withText = (finding: FindingAnswer) => ({ ...finding, text: plain(finding.says) })

function asJson({ viewing, file }: Looking, { findings, incidents, total }: FindingsAnswer): string {
  return jsonLine({
    findings: findings.map(withText),
    incidents: incidents.map((one) => ({ ...one, text: plain(one.title), findings: one.findings.map(({ urn, rule }) => ({ urn, rule })) })),
    total,
    ...(viewing.at === undefined ? {} : { at: viewing.at }),
    ...(file === undefined ? {} : { source: file.path }),
  })
}

function asText({ findings, total }: FindingsAnswer): string {
  if (findings.length === 0) return 'nothing found\n'
  const rows = findings.map((one) => [
    one.severity,
    one.rule,
    one.opened.toISOString(),
    one.closed?.toISOString() ?? '',
    visible(plain(one.says)),
  ])
  return `${tableText(['severity', 'rule', 'opened', 'closed', 'says'], rows, 120)}${total} found\n`
}
