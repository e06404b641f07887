// Long work that the host owns, and changes to a server.
import { useEffect, useState } from 'react'
import type { PlanAnswer, Work } from '../../shared/contract/control.ts'
import type { Outcome } from '../../shared/model/connector.ts'
import type { Input } from '../../shared/model/system.ts'
import { useLandscope } from './landscope.tsx'

/** All long work, or one piece of it, as it goes on. */
export function useWork(work?: string): { readonly works: readonly Work[]; readonly cancel: (work: string) => Promise<void> } {
  const { connection } = useLandscope()
  const [works, setWorks] = useState<readonly Work[]>([])
  useEffect(() => {
    const stop = new AbortController()
    void connection.follow(
      (client, signal) => client.work.watch(work === undefined ? {} : { work }, { signal }),
      { item: setWorks },
      stop.signal,
    )
    return () => stop.abort()
  }, [connection, work])
  return {
    works,
    cancel: async (id) => {
      await connection.client.work.cancel({ work: id })
    },
  }
}

type ActionInput = Readonly<Record<string, string | number | bigint | boolean | Date>>
/** A declared change of one connection: first its plan, then, with the phrase typed, its run. @public for systems' screens */
export function useAction<A extends Readonly<Record<string, { readonly input: object }>>, N extends keyof A & string>(
  _of: { readonly actions: A },
  name: N,
  connection: string,
): {
  readonly plan: (input: Input<A[N]> & ActionInput) => Promise<PlanAnswer>
  readonly run: (plan: PlanAnswer, typed: string, signal: AbortSignal) => Promise<AsyncIterable<Outcome>>
} {
  const { client } = useLandscope().connection
  return {
    plan: (input) => client.actions.plan({ connection, action: name, input: { ...input } }),
    run: (plan, typed, signal) => client.actions.run({ plan: plan.plan, typed }, { signal }),
  }
}
