// Submits SQL to a Flink cluster through Flink's SQL gateway, which runs only for as long as that takes.
import { setTimeout as delay } from 'node:timers/promises'
import { waitFor } from '../../support/process.ts'
import { startJava } from '../java.ts'
import { type FlinkPlan, jvmFlags } from './config.ts'

/** Runs the statements in one session; answers the ids of the jobs that were started. A failing statement fails with its cause. */
export async function submitThroughGateway(jars: string, plan: FlinkPlan, statements: readonly string[]): Promise<readonly string[]> {
  const gateway = await startJava({
    name: 'flink sql gateway',
    jars,
    mainClass: 'org.apache.flink.table.gateway.SqlGateway',
    flags: ['-Xmx256m', ...jvmFlags(plan, 'gateway')],
    args: ['-Dsql-gateway.endpoint.rest.address=127.0.0.1', `-Dsql-gateway.endpoint.rest.port=${plan.gatewayPort}`],
    logFile: `${plan.folder}/log/gateway/gateway.out`,
    env: { FLINK_CONF_DIR: `${plan.folder}/conf` },
  })
  const url = `http://127.0.0.1:${plan.gatewayPort}/v1`
  try {
    await waitFor('the SQL gateway', async () => (await fetch(`${url}/info`)).ok, { withinMs: 90_000, processes: [gateway] })
    const properties = { 'rest.address': '127.0.0.1', 'rest.port': String(plan.restPort), 'execution.target': 'remote' }
    const { sessionHandle } = await ask<{ readonly sessionHandle: string }>(`${url}/sessions`, { properties })
    const jobs: string[] = []
    for (const statement of statements) {
      const job = await execute(`${url}/sessions/${sessionHandle}`, statement)
      if (job !== undefined) jobs.push(job)
    }
    return jobs
  } finally {
    await gateway.stop()
  }
}

interface ResultPage {
  readonly resultType: 'NOT_READY' | 'PAYLOAD' | 'EOS'
  readonly jobID?: string
  readonly nextResultUri?: string
  readonly errors?: readonly string[]
}

async function execute(session: string, statement: string): Promise<string | undefined> {
  const { operationHandle } = await ask<{ readonly operationHandle: string }>(`${session}/statements`, { statement })
  let job: string | undefined
  for (let token = 0; ; ) {
    const page = await ask<ResultPage>(`${session}/operations/${operationHandle}/result/${token}`)
    job = page.jobID ?? job
    // An INSERT goes on for ever: its first page carries the job's id, and there is nothing to wait for behind it.
    if (page.resultType === 'EOS' || job !== undefined) return job
    if (page.resultType === 'PAYLOAD') token += 1
    else await delay(100)
  }
}

async function ask<T>(url: string, body?: unknown): Promise<T> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await fetch(url, init)
  const answer = (await response.json()) as T & { readonly errors?: readonly string[] }
  if (!response.ok) throw new Error(`the SQL gateway refused: ${causeOf(answer.errors ?? [])}`)
  return answer
}

/** The innermost cause of a Java stack: what a person needs of several kilobytes. */
function causeOf(errors: readonly string[]): string {
  const lines = errors.join('\n').split('\n')
  return (
    lines.filter((line) => line.startsWith('Caused by:')).at(-1) ?? lines.find((line) => line.includes('Exception')) ?? 'no reason given'
  )
}
