/** One Kafka API as data: key, the versions we can write and read, and both directions of its codec. All versions used are flexible. */
import { createAPI, type Reader, type Writer } from '@platformatic/kafka'
import type { GuardedConnection } from '../../../net/kafka-connection.ts'
import { DecodeError } from './errors.ts'

export interface WireApi<I, O> {
  readonly key: number
  readonly name: string
  /** Versions this codec covers, both ends included. */
  readonly min: number
  readonly max: number
  readonly encode: (version: number, input: I) => Writer
  /** Reads every element, also failed ones, which keep their error code: one bad element never costs the others. */
  readonly decode: (version: number, reader: Reader) => O
  /** ApiVersions alone answers with the old header, so that any client can read it. */
  readonly oldResponseHeader?: true
}

/** Declares an API; only here to let the types of input and answer be inferred. */
export const wireApi = <I, O>(api: WireApi<I, O>): WireApi<I, O> => api

/** DecodeError when the bytes do not hold what the API says, whatever way that shows. */
function decode<I, O>(api: WireApi<I, O>, version: number, reader: Reader): O {
  try {
    return api.decode(version, reader)
  } catch (cause) {
    throw new DecodeError(`${api.name} ${version} does not decode`, { cause })
  }
}

/** Sends one request in the given version and resolves with the decoded answer. */
export function call<I, O>(connection: GuardedConnection, api: WireApi<I, O>, version: number, input: I): Promise<O> {
  const driverApi = createAPI<[I], O>(
    api.key,
    version,
    (given: I) => api.encode(version, given),
    (_correlation, _key, _version, reader) => decode(api, version, reader),
    true,
    api.oldResponseHeader !== true,
  )
  return driverApi.async(connection, input)
}
