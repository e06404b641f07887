// Reads: costly looks that stream in, typed by their declaration.
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Cell, ReadBatch } from '../../shared/contract/messages.ts'
import type { AppError } from '../../shared/model/app-error.ts'
import type { Input, Item } from '../../shared/model/system.ts'
import { decode } from './decode.ts'
import { exactKey } from './exact-keys.ts'
import { useLandscope } from './landscope.tsx'
import { wireError } from './wire-errors.ts'

/** How a read goes: its items so far, where they come from, and how it ended. */
export interface Reading<I> {
  readonly state: 'idle' | 'reading' | 'done' | 'failed' | 'cancelled'
  readonly items: readonly I[]
  readonly from: ReadBatch['from'] | undefined
  readonly error: AppError | undefined
  readonly cancel: () => void
}
type ReadInput = Readonly<Record<string, string | number | bigint | boolean | Date | readonly string[]>>
/** What is read where: a connection's read with its absolute input. Undefined: nothing yet. */
export interface ReadQuestion {
  readonly connection: string
  readonly name: string
  readonly input: ReadInput
}
/** An item of a read that is only known at run time; undefined where it has no value. */
export type AnyItem = Readonly<Record<string, Cell | undefined>>
const MAX_ITEMS = 10_000

/** A read that is only known at run time. Leaving the page or asking something else cancels it. */
export function useAnyRead<I = AnyItem>(question: ReadQuestion | undefined): Reading<I> {
  const { connection, viewing } = useLandscope()
  const [reading, setReading] = useState<Omit<Reading<I>, 'cancel'>>({
    state: 'idle',
    items: [],
    from: undefined,
    error: undefined,
  })
  const stop = useRef<AbortController>(undefined)
  const key = exactKey([question, viewing])
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for question and viewing by value
  useEffect(() => {
    if (question === undefined) return setReading({ state: 'idle', items: [], from: undefined, error: undefined })
    const ours = new AbortController()
    stop.current = ours
    setReading({ state: 'reading', items: [], from: undefined, error: undefined })
    const run = async (): Promise<void> => {
      const items: I[] = []
      try {
        const input = Object.fromEntries(
          Object.entries(question.input).map(([k, v]) => [k, typeof v === 'object' && !(v instanceof Date) ? [...v] : v]),
        )
        const batches = await connection.client.reads.run(
          { viewing, connection: question.connection, read: question.name, input },
          { signal: ours.signal },
        )
        let from: ReadBatch['from'] | undefined
        for await (const batch of batches) {
          if (ours.signal.aborted) return
          from = batch.from
          for (const cells of batch.rows) {
            if (items.length < MAX_ITEMS) items.push(decode<I>(batch.columns, cells, null))
          }
          setReading({ state: 'reading', items: [...items], from, error: undefined })
        }
        setReading({ state: 'done', items: [...items], from, error: undefined })
      } catch (thrown) {
        const error = wireError(thrown, ours.signal, undefined)
        if (error.data.code === 'cancelled') setReading((r) => ({ ...r, state: 'cancelled' }))
        else setReading((r) => ({ ...r, state: 'failed', error }))
      }
    }
    void run()
    return () => ours.abort()
  }, [connection, key])
  const cancel = useCallback(() => stop.current?.abort(), [])
  return { ...reading, cancel }
}

/** A declared read: `useRead(kafka, 'messages', connection, { topic, partition, from, count })`. @public for systems' screens */
export function useRead<R extends Readonly<Record<string, { readonly input: object; readonly item: object }>>, N extends keyof R & string>(
  _of: { readonly reads: R },
  name: N,
  connection: string | undefined,
  input: Input<R[N]> & ReadInput,
): Reading<Item<R[N]>> {
  return useAnyRead<Item<R[N]>>(connection === undefined ? undefined : { connection, name, input })
}
