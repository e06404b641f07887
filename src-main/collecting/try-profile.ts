// Tries a profile step by step, with a worker of its own that is gone afterwards; nothing is kept.
import type { Profile } from '../../shared/contract/control.ts'
import { AppError, errorData } from '../../shared/model/app-error.ts'
import type { Credential, TestStep, Traffic } from '../../shared/model/connector.ts'
import type { AnySystem } from '../../shared/model/system.ts'
import { openingOf } from '../connections/opening.ts'
import type { OpenLine } from './worker.ts'
import { createWorkerClient } from './worker-client.ts'

export interface TryPorts {
  readonly openLine: OpenLine
  readonly credential: (endpoint: string) => Promise<Credential | undefined>
  /** Longest time of one step. */
  readonly stepMs?: number
}

/** Steps in order; it ends at the first that fails. The last one says what it cost the server. */
export async function* tryProfile(
  profile: Profile,
  system: AnySystem,
  ports: TryPorts,
  signal: AbortSignal,
): AsyncGenerator<TestStep, void, undefined> {
  const stepMs = ports.stepMs ?? 15_000
  const limit = (): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(stepMs)])
  let traffic: Readonly<Record<string, Traffic>> = {}
  let name = 'Addresses and settings'
  let close = async (): Promise<void> => {}
  try {
    const opening = openingOf(profile, system)
    yield {
      name,
      ok: true,
      detail: Object.values(opening.endpoints)
        .flatMap((e) => e.addresses)
        .join(', '),
    }
    name = 'Open'
    const client = createWorkerClient(ports.openLine(`try ${profile.id}`), {
      ended: () => {},
      traffic: (t) => {
        traffic = t
      },
      wake: () => {},
      clock: () => {},
      log: () => {},
      credential: ports.credential,
    })
    close = () => client.close(500)
    await client.open(opening, limit())
    name = 'Who answers'
    const who = await client.identify(limit())
    yield { name, ok: true, detail: `${who.instance}${who.version === undefined ? '' : `, version ${who.version}`} (known by ${who.by})` }
    const sweep = Object.entries(system.sweeps).find(([, s]) => typeof s.every === 'object')?.[0]
    if (sweep !== undefined) {
      name = 'First round'
      const rows = new Map<string, number>()
      const hear = (collection: string, n: number): void => void rows.set(collection, (rows.get(collection) ?? 0) + n)
      await client.sweep(sweep, { wanted: [], first: true }, (op) => void (op.do === 'put' && hear(op.collection, op.rows.rows)), limit())
      yield {
        name,
        ok: true,
        detail:
          [...rows].map(([collection, n]) => `${n} ${system.collections[collection]?.title ?? collection}`).join(', ') || 'nothing there',
      }
    }
    const sent = Object.values(traffic)
    yield {
      name: 'What it cost',
      ok: true,
      detail: `${sent.reduce((n, t) => n + t.requests, 0)} requests, ${sent.reduce((n, t) => n + t.writes, 0)} writes`,
    }
  } catch (thrown) {
    const error = signal.aborted ? new AppError('cancelled', 'It was stopped on request.').data : errorData(thrown)
    yield {
      name,
      ok: false,
      detail: error.code === 'cancelled' && !signal.aborted ? `No answer within ${stepMs / 1000} s.` : `${error.message} ${error.hint}`,
    }
  } finally {
    await close()
  }
}
