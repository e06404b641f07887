import { expect, test } from 'vitest'
import { AppError } from '../../shared/model/app-error.ts'
import { createWorkList } from './work-list.ts'

test('work reports progress and ends with its result', async () => {
  const list = createWorkList()
  const seen: number[] = []
  list.onChange(() => seen.push(list.list()[0]?.done ?? -1))
  const id = list.start('Capture', 'rows', async (told) => {
    told({ done: 5, total: 10 })
    return '/tmp/a.lsnap'
  })
  expect(await list.ended(id)).toMatchObject({ state: 'done', result: '/tmp/a.lsnap', done: 5, total: 10 })
  expect(seen).toContain(5)
})

test('cancelled work says so and cannot be cancelled twice', async () => {
  const list = createWorkList()
  const id = list.start(
    'Capture',
    'rows',
    (_told, signal) => new Promise((_, no) => signal.addEventListener('abort', () => no(new Error('stop')))),
  )
  expect(list.cancel(id)).toBe(true)
  expect(await list.ended(id)).toMatchObject({ state: 'cancelled', error: { code: 'cancelled' } })
  expect(list.cancel(id)).toBe(false)
})

test('failed work keeps its code', async () => {
  const list = createWorkList()
  const id = list.start('Capture', 'rows', () => Promise.reject(new AppError('disk-full', 'No space left')))
  expect(await list.ended(id)).toMatchObject({ state: 'failed', error: { code: 'disk-full' } })
})
