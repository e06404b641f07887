/** ApiVersions: what a broker speaks. Asked first on every socket; a version guess would make the broker close it. */
import { Writer } from '@platformatic/kafka'
import { AppError } from '../../../../shared/model/app-error.ts'
import { type WireApi, wireApi } from './wire-api.ts'

export interface VersionRange {
  readonly min: number
  readonly max: number
}
/** API key → what the broker accepts. */
export type BrokerVersions = ReadonlyMap<number, VersionRange>

export const apiVersions = wireApi<Record<string, never>, { readonly errorCode: number; readonly versions: BrokerVersions }>({
  key: 18,
  name: 'ApiVersions',
  min: 3,
  max: 3,
  oldResponseHeader: true,
  encode: () => Writer.create().appendString('landscope').appendString('1').appendTaggedFields(),
  decode: (_version, reader) => {
    const errorCode = reader.readInt16()
    const ranges = reader.readArray((r) => ({ key: r.readInt16(), min: r.readInt16(), max: r.readInt16() }))
    return { errorCode, versions: new Map(ranges.map((range) => [range.key, { min: range.min, max: range.max }])) }
  },
})

/** The highest version both sides know; `unsupported` when there is none, naming both ranges. */
export function chooseVersion(api: WireApi<never, unknown>, broker: BrokerVersions, target: string): number {
  const offered = broker.get(api.key)
  const version = Math.min(api.max, offered?.max ?? -1)
  if (offered === undefined || version < api.min || version < offered.min)
    throw new AppError(
      'unsupported',
      `${api.name}: the broker offers ${offered === undefined ? 'nothing' : `${offered.min}–${offered.max}`}, Landscope speaks ${api.min}–${api.max}.`,
      {
        system: 'kafka',
        target,
        hint: 'Kafka 3.0 or newer is needed for lag; single pages may need a newer one.',
      },
    )
  return version
}
