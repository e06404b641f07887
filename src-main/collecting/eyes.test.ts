import { describe, expect, it } from 'vitest'
import { createEyes } from './eyes.ts'
import { createFakeClock } from './toy/fake-clock.ts'

async function eyes(connections: number) {
  const clock = createFakeClock()
  const told: boolean[] = []
  const all = createEyes(clock, (offline) => void told.push(offline !== undefined))
  for (let i = 0; i < connections; i += 1) all.heard(`c${i}`)
  return { clock, told, all }
}

describe('our own eyes', () => {
  it('close when more than half lose their servers within ten seconds, since the first of them', async () => {
    const { clock, all } = await eyes(4)
    await clock.advance(1_000)
    const since = clock.now()
    all.heard('c0', 'unreachable')
    await clock.advance(4_000)
    all.heard('c1', 'timeout')
    expect(all.offline()).toBeUndefined()
    await clock.advance(4_000)
    all.heard('c2', 'unreachable')
    expect(all.offline()).toEqual({ since })
  })

  it('stay open when they fail far apart, or for other reasons, or when it is only one', async () => {
    const apart = await eyes(3)
    apart.all.heard('c0', 'unreachable')
    await apart.clock.advance(11_000)
    apart.all.heard('c1', 'unreachable')
    expect(apart.all.offline()).toBeUndefined()
    const other = await eyes(3)
    other.all.heard('c0', 'forbidden')
    other.all.heard('c1', 'protocol')
    other.all.heard('c2', 'unreachable')
    expect(other.all.offline()).toBeUndefined()
    const single = await eyes(1)
    single.all.heard('c0', 'unreachable')
    expect(single.all.offline()).toBeUndefined()
  })

  it('do not count servers that never answered', async () => {
    const { all } = await eyes(2)
    for (const dead of ['d0', 'd1', 'd2', 'd3']) all.heard(dead, 'unreachable')
    all.heard('c0', 'unreachable')
    expect(all.offline()).toBeUndefined()
    all.heard('c1', 'unreachable')
    expect(all.offline()).toBeDefined()
  })

  it('open when no more than half are gone, and say each change once', async () => {
    const { told, all } = await eyes(3)
    for (const c of ['c0', 'c1', 'c2', 'c0', 'c1']) all.heard(c, 'unreachable')
    all.heard('c2')
    expect(all.offline()).toBeDefined()
    all.heard('c1')
    expect(all.offline()).toBeUndefined()
    expect(told).toEqual([true, false])
  })
})
