import { describe, expect, it } from 'vitest'
import { formatUrn } from '../../shared/model/urn.ts'
import { createLooks } from './looks.ts'
import { toy } from './toy/toy-system.ts'

const of = { connection: 'c1', system: 'toy', instance: 'i:1', title: 'Toy' }
const urn = (collection: string, key: readonly string[], instance = 'i:1') => formatUrn({ system: 'toy', instance, collection, key })

describe('what people look at', () => {
  it('makes the sweeps that fill it go at the watched pace', () => {
    let changes = 0
    const looks = createLooks({ toy }, () => {
      changes += 1
    })
    expect(looks.watched(of, 'fleet')).toBe(false)
    const stop = looks.add({ collections: [{ system: 'toy', collection: 'things' }] })
    expect([looks.watched(of, 'fleet'), looks.watched(of, 'closer')]).toEqual([true, false])
    stop()
    stop()
    expect([looks.watched(of, 'fleet'), changes]).toEqual([false, 2])
  })

  it('wants the scope of a record looked at, of its own collection and of those that hang on it', () => {
    const looks = createLooks({ toy }, () => {})
    looks.add({ collections: [], urns: [urn('things', ['a/b']), urn('parts', ['c', '7']), urn('parts', ['c', '8'])] })
    expect(looks.wanted(of, 'closer')).toEqual([{ thing: 'a/b' }, { thing: 'c' }])
    expect([looks.watched(of, 'closer'), looks.watched(of, 'fleet'), looks.watched(of, 'news')]).toEqual([true, true, false])
    expect(looks.wanted(of, 'fleet')).toEqual([])
  })

  it('wants nothing for records of another instance, or for text that is no URN', () => {
    const looks = createLooks({ toy }, () => {})
    looks.add({ collections: [], urns: [urn('things', ['a'], 'i:2'), 'nonsense', 'urn:ls:a:b:c:%'] })
    expect(looks.wanted(of, 'closer')).toEqual([])
  })

  it('wants what is unhealthy although nobody looks, until that is said anew', () => {
    const looks = createLooks({ toy }, () => {})
    looks.want('c1', 'parts', [{ thing: 'sick' }])
    expect(looks.wanted(of, 'closer')).toEqual([{ thing: 'sick' }])
    expect(looks.watched(of, 'closer')).toBe(false)
    looks.want('c1', 'parts', [])
    expect(looks.wanted(of, 'closer')).toEqual([])
  })
})
