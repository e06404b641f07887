/** Opens a Flink connection: one job manager, four sweeps. Contacts nobody until asked. */
import { AppError } from '../../../shared/model/app-error.ts'
import type { Connect } from '../../../shared/model/connector.ts'
import type { flink } from '../../../shared/systems/flink/system.ts'
import { createHttpClient } from '../../http/http-client.ts'
import { readOnlyPolicy } from '../../net/policy.ts'
import { TrafficLedger } from '../../net/traffic.ts'
import { createMemory, type Work } from './memory.ts'
import { createMetricIds } from './metric-ids.ts'
import { createRest, getConfig, getOverview } from './rest.ts'
import { sweepFleet } from './sweeps/fleet.ts'
import { sweepJobs } from './sweeps/jobs.ts'
import { sweepSlots } from './sweeps/slots.ts'
import { sweepVertices } from './sweeps/vertices.ts'

export const connect: Connect<typeof flink> = async (given, ctx) => {
  const endpoint = given.endpoints.rest
  const base = endpoint?.addresses[0]
  if (endpoint === undefined || base === undefined) throw new AppError('bad-request', 'No job manager is given.', { system: 'flink' })
  if (endpoint.tls !== undefined || endpoint.credential !== undefined)
    throw new AppError('unsupported', 'Own certificates and sign-in are not offered yet.', { system: 'flink' })
  const ledger = new TrafficLedger()
  const client = createHttpClient({ base, policy: readOnlyPolicy('flink', [new URL(base).hostname, ...ctx.allowed]), ledger, now: ctx.now })
  const rest = createRest(client)
  const work: Work = {
    rest,
    ids: createMetricIds(rest, () => performance.now()),
    memory: createMemory(),
    ctx,
    instance: base.replace(/^https?:\/\//, '').replace(/\/$/, ''),
  }
  return {
    identify: async () => {
      try {
        const { 'flink-version': version } = await getOverview(rest, ctx.signal)
        return { instance: work.instance, by: 'address', version }
      } catch (thrown) {
        if (!(thrown instanceof AppError && thrown.data.code === 'not-found')) throw thrown
        const { features } = await getConfig(rest, ctx.signal)
        if (features?.['web-history'] !== true) throw thrown
        throw new AppError('unsupported', `${work.instance} is a Flink history server: it knows ended jobs only.`, {
          system: 'flink',
          target: work.instance,
          hint: 'Give the address of the job manager.',
        })
      }
    },
    sweeps: {
      fleet: (out, asked) => sweepFleet(work, out, asked.signal),
      jobs: (out, asked) => sweepJobs(work, out, asked),
      vertices: (out, asked) => sweepVertices(work, out, asked),
      slots: (out, asked) => sweepSlots(work, out, asked),
    },
    reads: {},
    actions: {},
    traffic: () => Object.fromEntries(ledger.list().map(({ endpoint: target, ...traffic }) => [target, traffic])),
    close: async () => client.close(),
  }
}
