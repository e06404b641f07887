/** Fills derived fields of a round before it is stored: each derive of the system, in the order it lists them. */
import { encode } from '../store/columns.ts'
import type { RoundWriter } from '../store/store-types.ts'
import { breather } from './breathe.ts'
import { type Ground, gather } from './gather.ts'
import type { AnyDerive, AnyRow } from './judging.ts'

const rowsAtOnce = 2_000

/**
 * Runs the derives whose collection is in the round, on its staged rows. Neighbours in the round stand in for stored ones, with what an
 * earlier derive filled into them; so a derive that looks at another derived field comes after it in the list. Rows that `when` leaves
 * out keep their derived fields as the connector staged them.
 */
export async function deriveRows(
  ground: Ground,
  derives: readonly AnyDerive[],
  round: Pick<RoundWriter, 'staged' | 'fill'>,
  collections: readonly string[],
): Promise<void> {
  const due = derives.filter((d) => collections.includes(d.on))
  const looked = new Set(due.flatMap((d) => (d.also ?? []).filter((name) => collections.includes(name))))
  const held = new Map<string, AnyRow[]>()
  for (const name of looked) held.set(name, await all(round.staged(name)))
  const breathe = breather()
  for (const derive of due) {
    const collection = ground.system.collections[derive.on]
    if (collection === undefined) continue
    const staged = new Map(held)
    const chunks = held.has(derive.on) ? inChunks(held.get(derive.on) ?? []) : round.staged(derive.on)
    const done = new Map<AnyRow, AnyRow>()
    for await (const chunk of chunks) {
      const rows = derive.when === undefined ? chunk : chunk.filter((row) => derive.when?.(row))
      if (rows.length === 0) continue
      if (!staged.has(derive.on)) staged.set(derive.on, [])
      const see = await gather(ground, derive, rows, staged)
      const whole: AnyRow[] = []
      const names = new Set(collection.key)
      for (const row of rows) {
        const judged = derive.judge(row, see(row))
        for (const name of Object.keys(judged)) names.add(name)
        const filled = { ...row, ...judged }
        whole.push(filled)
        if (held.has(derive.on)) done.set(row, filled)
        const pause = breathe()
        if (pause !== undefined) await pause
      }
      await round.fill(derive.on, encode(collection, whole, [...names]))
    }
    const mine = held.get(derive.on)
    if (mine !== undefined)
      held.set(
        derive.on,
        mine.map((row) => done.get(row) ?? row),
      )
  }
}

async function all(chunks: AsyncIterable<readonly AnyRow[]>): Promise<AnyRow[]> {
  const out: AnyRow[] = []
  for await (const chunk of chunks) for (const row of chunk) out.push(row)
  return out
}

async function* inChunks(rows: readonly AnyRow[]): AsyncIterable<readonly AnyRow[]> {
  for (let at = 0; at < rows.length; at += rowsAtOnce) yield rows.slice(at, at + rowsAtOnce)
}
