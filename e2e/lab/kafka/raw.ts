// One request, one answer, as the wire carries it: for what no client offers (commits without a group, group states).
import * as P from '@platformatic/kafka'

/** Runs `use` on a connection of its own to `host:port` and closes it. */
export async function withBroker<T>(address: string, use: (connection: P.Connection) => Promise<T>): Promise<T> {
  const connection = new P.Connection('landscope-lab', { connectTimeout: 5_000, requestTimeout: 30_000, maxInflights: 20 })
  const { host, port } = parseAddress(address)
  try {
    await connection.connect(host, port)
    return await use(connection)
  } finally {
    await connection.close().catch(() => undefined)
  }
}

export function parseAddress(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(':')
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) }
}

/** The answer of a request, also where an element of it carries an error code (the client throws there). */
export async function answer<T>(request: Promise<T>): Promise<T> {
  try {
    return await request
  } catch (error) {
    if (error instanceof P.ResponseError && error.response !== undefined) return error.response as T
    throw error
  }
}

/** Address of a group's coordinator; waits out the first second, in which there is none yet. */
export async function coordinatorOf(bootstrap: readonly string[], groupId: string): Promise<string> {
  return retried(`coordinator of ${groupId}`, () =>
    withAnyBroker(bootstrap, async (connection) => {
      const found = await P.findCoordinatorV6.api.async(connection, 0, [groupId])
      const coordinator = found.coordinators[0]
      if (coordinator === undefined || coordinator.errorCode !== 0) throw new Error(`FindCoordinator answered ${coordinator?.errorCode}`)
      return `${coordinator.host}:${coordinator.port}`
    }),
  )
}

/** Metadata of the named topics, or of all. */
export function metadataOf(bootstrap: readonly string[], topics: readonly string[] | null): Promise<P.metadataV12.MetadataResponse> {
  return withAnyBroker(bootstrap, (connection) =>
    answer(P.metadataV12.api.async(connection, topics === null ? null : [...topics], false, false)),
  )
}

/** Runs `use` on the first of the brokers that can be reached. */
export async function withAnyBroker<T>(bootstrap: readonly string[], use: (connection: P.Connection) => Promise<T>): Promise<T> {
  let last: unknown = new Error('no broker address')
  for (const address of bootstrap) {
    try {
      return await withBroker(address, use)
    } catch (error) {
      last = error
    }
  }
  throw last
}

/** Repeats what fails for a second or two after a start or a change of leaders. */
export async function retried<T>(what: string, attempt: () => Promise<T>, withinMs = 30_000): Promise<T> {
  const until = performance.now() + withinMs
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (performance.now() > until) throw new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}
