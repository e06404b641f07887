/** The questions, over any source. */
import { diffOf } from './diff.ts'
import { namesInText, namesOf } from './names.ts'
import { pageOf } from './page.ts'
import { recordAt } from './record.ts'
import { heldBetween, rowsOf } from './rows.ts'
import { pastOf, seriesOf } from './series.ts'
import type { Source } from './source.ts'
import type { Queries } from './store-types.ts'
import { coverageOf, freshnessAt, spanOf } from './watching.ts'

export function queriesOver(source: Source): Queries {
  return {
    page: (ask, at) => pageOf(source, ask, at),
    record: (urn, at) => recordAt(source, urn, at),
    series: (ask) => seriesOf(source, ask),
    coverage: (ask) => coverageOf(source, ask),
    freshness: (system, collection, at) => freshnessAt(source, system, collection, at),
    diff: (ask, from, to) => diffOf(source, ask, from, to),
    names: (text, limit, at) => namesOf(source, text, limit, at),
    namesIn: (text, limit, at) => namesInText(source, text, limit, at),
    rows: (system, collection, ask, at) => rowsOf(source, system, collection, ask, at),
    heldBetween: (system, collection, from, to) => heldBetween(source, system, collection, from, to),
    past: (system, collection, connection, keys, fields, from, to) =>
      pastOf(source, { system, collection, connection }, keys, fields, from, to),
    span: () => spanOf(source),
  }
}
