// What a person configures: connections and files, asked for and changed.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { ConnectionAnswer, Hello, Profile, SourceAnswer, WriteAsk } from '../../shared/contract/control.ts'
import type { AppError } from '../../shared/model/app-error.ts'
import { onOpenedByShell } from './carriers.ts'
import { type Answered, asAppError, useAnswer, useLandscope } from './landscope.tsx'

/** Who answers, what is open, what is configured, what must be said at the top. The same wherever one looks. */
export function useHello(): Answered<Hello> {
  return useAnswer({
    key: ['hello'],
    on: ['landscope.connections'],
    keep: 'everywhere',
    ask: (client, _viewing, signal) => client.hello({}, { signal }),
  })
}

export function useConnections(): Answered<readonly ConnectionAnswer[]> {
  return useAnswer({
    key: ['connections'],
    on: ['landscope.connections'],
    keep: 'everywhere',
    ask: async (client, _viewing, signal) => (await client.connections.list({}, { signal })).connections,
  })
}

/** Calls back when the shell has opened a file for the person; by then it is among the sources. */
export function useOpenedByShell(then: (opened: SourceAnswer) => void): void {
  const queries = useQueryClient()
  const { client } = useLandscope().connection
  useEffect(
    () =>
      onOpenedByShell((source) => {
        void queries.invalidateQueries({ predicate: (q) => q.queryKey.includes('hello') })
        // A host that does not answer just now is said at the top; the file is among the sources afterwards.
        void client.hello({}).then(
          ({ sources }) => {
            const opened = sources.find((s) => s.source === source)
            if (opened !== undefined) then(opened)
          },
          () => undefined,
        )
      }),
    [queries, client, then],
  )
}

interface Doing<I> {
  readonly run: (input: I) => void
  readonly running: boolean
  readonly error: AppError | undefined
}
function useDoing<I, O>(act: (input: I) => Promise<O>, then?: (output: O) => void): Doing<I> {
  const queries = useQueryClient()
  const { mutate, isPending, error } = useMutation({
    mutationFn: act,
    onSuccess: async (output) => {
      await queries.invalidateQueries({ predicate: (q) => q.queryKey.includes('hello') || q.queryKey.includes('connections') })
      then?.(output)
    },
  })
  return { run: (input) => mutate(input), running: isPending, error: asAppError(error) }
}

export type ConnectionChange =
  | { readonly do: 'put'; readonly profile: Profile }
  | { readonly do: 'remove' | 'unlock' | 'lock' | 'wake'; readonly id: string }
export function useChangeConnection(then?: () => void): Doing<ConnectionChange> {
  const { client } = useLandscope().connection
  return useDoing((change: ConnectionChange) => client.connections.change(change), then)
}
export function useOpenSource(then: (source: SourceAnswer) => void): Doing<string> {
  const { client } = useLandscope().connection
  return useDoing((path: string) => client.sources.open({ path }), then)
}
export function useCloseSource(then?: () => void): Doing<string> {
  const { client } = useLandscope().connection
  return useDoing((source: string) => client.sources.close({ source }), then)
}
/** Captures a span into a file; the work that does it is told. */
export function useWriteSnapshot(then: (work: string) => void): Doing<WriteAsk> {
  const { client } = useLandscope().connection
  return useDoing(
    (ask: WriteAsk) => client.snapshots.write(ask),
    ({ work }) => then(work),
  )
}
