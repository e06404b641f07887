import { describe, expect, it } from 'vitest'
import { createBudgets } from './budgets.ts'
import { createFakeClock } from './toy/fake-clock.ts'

const sent = (requests: number) => ({ 'b1:9092': { requests, writes: 0, bytesIn: 0, bytesOut: 0, slowestMs: 0 } })

describe('the budget of a server', () => {
  it('holds over all connections to it, and lets go as the minute passes', async () => {
    const clock = createFakeClock()
    const budgets = createBudgets(clock)
    budgets.count('one', sent(20))
    await clock.advance(10_000)
    budgets.count('two', sent(10))
    expect(budgets.list()).toEqual([{ target: 'b1:9092', perMinute: 30, allowed: 30 }])
    expect(budgets.waitMs({ 'b1:9092': 10 })).toBe(50_001)
    expect(budgets.waitMs({ 'b2:9092': 10 })).toBe(0)
    await clock.advance(50_001)
    expect(budgets.waitMs({ 'b1:9092': 10 })).toBe(0)
    expect(budgets.perMinute('b1:9092')).toBe(10)
  })

  it('spreads a round that is bigger than it over more than a minute', async () => {
    const clock = createFakeClock()
    const budgets = createBudgets(clock)
    expect(budgets.waitMs({ 'b1:9092': 60 })).toBe(0)
    budgets.count('one', sent(60))
    expect(budgets.waitMs({ 'b1:9092': 60 })).toBe(120_001)
  })

  it('keeps room for a round that is under way', () => {
    const budgets = createBudgets(createFakeClock())
    const giveBack = budgets.reserve({ 'b1:9092': 25 })
    expect(budgets.waitMs({ 'b1:9092': 10 })).toBeGreaterThan(0)
    giveBack()
    giveBack()
    expect(budgets.waitMs({ 'b1:9092': 10 })).toBe(0)
  })

  it('counts a worker that began anew from nothing', () => {
    const budgets = createBudgets(createFakeClock())
    budgets.count('one', sent(20))
    budgets.count('one', sent(20))
    budgets.count('one', sent(3))
    expect(budgets.perMinute('b1:9092')).toBe(23)
  })

  it('is the smallest that anybody chose for it', () => {
    const budgets = createBudgets(createFakeClock())
    budgets.count('one', sent(1))
    budgets.allow('one', 120)
    expect(budgets.allowed('b1:9092')).toBe(120)
    budgets.count('two', sent(1))
    budgets.allow('two', 10)
    expect(budgets.allowed('b1:9092')).toBe(10)
    budgets.forget('two')
    expect(budgets.allowed('b1:9092')).toBe(120)
  })
})
