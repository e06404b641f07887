import { expect, test } from 'vitest'
import { createTickHub } from './tick-hub.ts'

const groups = { system: 'kafka', collection: 'groups' }

test('a watcher first hears what is known, then only of what it watches', async () => {
  const hub = createTickHub(1)
  hub.tell(undefined, [{ ...groups, version: 3 }])
  const stop = new AbortController()
  const ticks = hub.watch(undefined, [groups], stop.signal)
  expect((await ticks.next()).value).toEqual([{ ...groups, version: 3 }])
  hub.tell(undefined, [{ system: 'kafka', collection: 'topics', version: 9 }])
  hub.tell('another file', [{ ...groups, version: 8 }])
  hub.tell(undefined, [{ ...groups, version: 4 }])
  expect((await ticks.next()).value).toEqual([{ ...groups, version: 4 }])
  stop.abort()
})

test('a burst is one batch with the last version, and the last tick is never lost', async () => {
  const hub = createTickHub(20)
  const stop = new AbortController()
  const ticks = hub.watch(undefined, [groups], stop.signal)
  await ticks.next()
  const seen: number[] = []
  const reading = (async () => {
    for await (const batch of ticks) {
      for (const t of batch) seen.push(t.version)
      if (seen.includes(500)) break
    }
  })()
  for (let v = 1; v <= 500; v++) {
    hub.tell(undefined, [{ ...groups, version: v }])
    if (v % 50 === 0) await new Promise((r) => setImmediate(r))
  }
  await reading
  expect(seen.at(-1)).toBe(500)
  expect(seen.length).toBeLessThan(50)
  expect(seen).toEqual(seen.toSorted((a, b) => a - b))
})

test('ends when its reader goes', async () => {
  const hub = createTickHub(1)
  const stop = new AbortController()
  const ticks = hub.watch(undefined, [groups], stop.signal)
  await ticks.next()
  const waiting = ticks.next()
  stop.abort()
  expect((await waiting).done).toBe(true)
})
