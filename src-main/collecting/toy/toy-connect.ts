// The toy's connector. Tests inject what it does; in a thread, where nothing can be injected, the setting `behaviour` chooses.
import { AppError } from '../../../shared/model/app-error.ts'
import type { Asked, Connect, Connected, Ctx, Out, Traffic } from '../../../shared/model/connector.ts'
import type { Toy } from './toy-system.ts'

type All = Toy['collections']
/** What a test may replace; each gets the requests counter, so that budgets see them. */
export interface ToyScript {
  readonly identify?: () => Promise<string>
  readonly fleet?: (out: Out<All, 'things'>, asked: Asked<All['things']>, ctx: Ctx) => Promise<void>
  readonly closer?: (out: Out<All, 'parts'>, asked: Asked<All['parts']>) => Promise<void>
  readonly news?: (out: Out<All, 'happenings'>, asked: Asked<All['happenings']>) => Promise<void>
  readonly memory?: (out: Out<All, 'happenings'>, asked: Asked<All['happenings']>) => Promise<void>
  readonly numbers?: (upTo: number, signal: AbortSignal) => AsyncIterable<{ readonly n: number }>
  readonly facts?: () => Readonly<Record<string, string>>
  readonly run?: (thing: string) => void
  readonly requestsPerRound?: number
}

export const thing = (name: string, size: bigint = 1n, host = 'h1') => ({ thing: name, host, size, mood: 'glad' as const })
const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new AppError('cancelled', 'called off')), { once: true }))
const never = new Promise<void>(() => {})

/** A connector that follows a script; without one it has two things and no news. */
export function scriptedToy(script: ToyScript = {}): Connect<Toy> {
  return async (given, ctx) => {
    const target = given.endpoints.server?.addresses[0] ?? 'nowhere'
    let requests = 0
    const ask = (): void => {
      requests += script.requestsPerRound ?? 1
    }
    const connected: Connected<All, Toy['sweeps'], Toy['reads'], Toy['actions']> = {
      identify: async () => ({ instance: (await script.identify?.()) ?? `toy at ${target}`, by: 'server' }),
      sweeps: {
        fleet: async (out, asked) => {
          ask()
          if (script.fleet === undefined) out.put('things', [thing('a'), thing('b', 2n)], 'all')
          else await script.fleet(out, asked, ctx)
        },
        closer: async (out, asked) => {
          ask()
          await (script.closer?.(out, asked) ?? Promise.resolve())
        },
        news: async (out, asked) => script.news?.(out, asked) ?? untilAborted(asked.signal),
        memory: async (out, asked) => script.memory?.(out, asked) ?? Promise.resolve(),
      },
      reads: {
        numbers: async function* ({ upTo }, signal) {
          if (script.numbers !== undefined) return yield* script.numbers(upTo, signal)
          for (let n = 0; n < upTo && !signal.aborted; n += 1) yield { n }
        },
      },
      actions: {
        grow: {
          plan: async ({ thing }) => ({ steps: [`grow ${thing}`], facts: script.facts?.() ?? { size: '1' }, phrase: `grow ${thing}` }),
          run: async function* ({ thing }) {
            yield { state: 'accepted' as const }
            script.run?.(thing)
            yield { state: 'done' as const }
          },
        },
      },
      traffic: (): Readonly<Record<string, Traffic>> => ({
        [target]: { requests, writes: 0, bytesIn: requests * 100, bytesOut: requests * 10, slowestMs: 1 },
      }),
      close: async () => {},
    }
    return connected
  }
}

function spin(): never {
  for (;;);
}
async function fill(): Promise<void> {
  const hoard: unknown[] = []
  for (;;) {
    hoard.push(Array.from({ length: 50_000 }, (_, i) => ({ i })))
    await new Promise((resolve) => setImmediate(resolve))
  }
}
/** What a toy in a thread can do to itself, by the setting `behaviour`. */
const behaviours: Readonly<Record<string, ToyScript>> = {
  well: {},
  spin: { fleet: async () => spin() },
  hang: { fleet: () => never },
  oom: { fleet: fill },
  throw: { fleet: () => Promise.reject(new AppError('unreachable', 'nobody there')) },
  exit: { fleet: async () => process.exit(3) },
  uncaught: {
    fleet: () => {
      setImmediate(() => {
        throw new Error('thrown where nobody catches')
      })
      return never
    },
  },
  many: {
    fleet: async (out) =>
      out.put(
        'things',
        Array.from({ length: 20_001 }, (_, i) => thing(`t${i}`, BigInt(i))),
        'all',
      ),
  },
}
export const threadToy: Connect<Toy> = (given, ctx) => scriptedToy(behaviours[given.settings.behaviour ?? 'well'] ?? {})(given, ctx)
