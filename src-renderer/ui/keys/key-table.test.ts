import { expect, it } from 'vitest'
import { keyOf, keyTable, nameOfKey } from './key-table.ts'

it('gives no key two meanings', () => {
  const keys = keyTable.flatMap((entry) => entry.keys)
  expect(new Set(keys).size).toBe(keys.length)
})
it('tells shifted arrows, letters and Ctrl apart', () => {
  const plain = { ctrlKey: false, metaKey: false, shiftKey: false, altKey: false }
  expect(nameOfKey(keyOf({ ...plain, key: 'ArrowLeft', shiftKey: true }))).toBe('earlier')
  expect(nameOfKey(keyOf({ ...plain, key: 'ArrowLeft' }))).toBeUndefined()
  expect(nameOfKey(keyOf({ ...plain, key: 'k', metaKey: true }))).toBe('palette')
  expect(nameOfKey(keyOf({ ...plain, key: 'S', shiftKey: true }))).toBe('sortAgain')
  expect(nameOfKey(keyOf({ ...plain, key: 's' }))).toBe('sort')
})
