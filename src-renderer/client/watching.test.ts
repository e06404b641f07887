import { type QueryClient, QueryObserver } from '@tanstack/react-query'
import { afterEach, expect, it, vi } from 'vitest'
import { directConnection } from '../dev/direct-connection.ts'
import { makeFakeHost } from '../dev/fake-handlers.ts'
import { makeFixture } from '../dev/fixture.ts'
import { createQueries } from './landscope.tsx'
import { type CollectionName, createWatching } from './watching.ts'

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0).reverse()) stop()
})
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 5_000, interval: 5 })

function start(): {
  host: ReturnType<typeof makeFakeHost>
  watching: ReturnType<typeof createWatching>
  queries: QueryClient
  fixture: ReturnType<typeof makeFixture>
} {
  const fixture = makeFixture(new Date(), 3)
  const host = makeFakeHost(fixture)
  const queries = createQueries()
  const watching = createWatching(directConnection(host.handlers), queries)
  stops.push(watching.close, () => queries.clear())
  return { host, watching, queries, fixture }
}
/** A question on a collection, as a page asks it; counts how often. */
function ask(
  queries: QueryClient,
  watching: ReturnType<typeof createWatching>,
  name: CollectionName,
  fetch: (asked: number) => Promise<void> = async () => undefined,
): { asked: number } {
  const count = { asked: 0 }
  const observer = new QueryObserver(queries, {
    queryKey: [name],
    meta: { on: [name] },
    queryFn: () =>
      watching.fresh(undefined, [name], async () => {
        count.asked += 1
        await fetch(count.asked)
        return count.asked
      }),
  })
  stops.push(observer.subscribe(() => undefined))
  return count
}

it('a tick has the questions on that collection asked again, and no others', async () => {
  const { host, watching, queries, fixture } = start()
  const groups = ask(queries, watching, 'kafka.groups')
  const topics = ask(queries, watching, 'kafka.topics')
  stops.push(watching.look(undefined, ['kafka.groups', 'kafka.topics'], []))
  await until(() => expect([groups.asked, topics.asked, host.watchers()]).toEqual([1, 1, 1]))
  host.change(fixture, ['kafka.groups'])
  await until(() => expect(groups.asked).toBe(2))
  host.change(fixture, ['kafka.topics'])
  await until(() => expect(topics.asked).toBe(2))
  expect(groups.asked).toBe(2)
})

it('a tick that comes while an answer is under way is not lost', async () => {
  const { host, watching, queries, fixture } = start()
  const gate: { open?: () => void } = {}
  const groups = ask(queries, watching, 'kafka.groups', (asked) =>
    asked === 2 ? new Promise((resolve) => (gate.open = resolve)) : Promise.resolve(),
  )
  const topics = ask(queries, watching, 'kafka.topics')
  stops.push(watching.look(undefined, ['kafka.groups', 'kafka.topics'], []))
  await until(() => expect([groups.asked, topics.asked, host.watchers()]).toEqual([1, 1, 1]))
  host.change(fixture, ['kafka.groups'])
  await until(() => expect(gate.open).toBeDefined())
  host.change(fixture, ['kafka.groups', 'kafka.topics'])
  await until(() => expect(topics.asked).toBe(2))
  gate.open?.()
  await until(() => expect(groups.asked).toBe(3))
})

it('looks for all parts of a page in one stream, and for none in none', async () => {
  const { host, watching } = start()
  const first = watching.look(undefined, ['kafka.groups'], [])
  const second = watching.look(undefined, ['kafka.topics'], [])
  await until(() => expect(host.watchers()).toBe(1))
  first()
  second()
  await until(() => expect(host.watchers()).toBe(0))
})
