import fc from 'fast-check'
import { expect, it } from 'vitest'
import { KeyHashes } from './key-hashes.ts'

it('knows what was added, as a set of texts does', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 6 })), (texts) => {
      const set = new Set<string>()
      const hashes = new KeyHashes()
      for (const text of texts) {
        expect(hashes.add(text)).toBe(!set.has(text))
        set.add(text)
      }
    }),
  )
})

it('tells a hundred thousand keys apart that differ in one place', () => {
  const hashes = new KeyHashes()
  for (let i = 0; i < 100_000; i++)
    if (!hashes.add(`team-${i % 97}.service/events-${i % 39}.v1/${i}`)) throw new Error(`${i} is taken for another`)
  expect(hashes.add('team-0.service/events-0.v1/0')).toBe(false)
})
