import { describe, expect, it } from 'vitest'
import type { Credential } from '../../shared/model/connector.ts'
import { createCredentialBroker } from './credential-broker.ts'

const token = (text: string): Credential => ({ kind: 'token', token: text })
function secrets(kept: Record<string, Credential>) {
  let asked = 0
  return {
    asked: () => asked,
    get: async (name: string) => {
      asked += 1
      await Promise.resolve()
      return kept[name]
    },
    put: async (name: string, credential: Credential) => {
      kept[name] = credential
    },
    remove: async () => {},
  }
}

describe('the credentials of a connection', () => {
  it('are asked for once, however many want them', async () => {
    const store = secrets({ a: token('1') })
    const broker = createCredentialBroker(store)
    expect(await Promise.all([broker.get('a'), broker.get('a'), broker.get('a')])).toEqual([token('1'), token('1'), token('1')])
    expect(store.asked()).toBe(1)
  })

  it('are not tried again once the server refused them, until somebody changes them', async () => {
    const broker = createCredentialBroker(secrets({ a: token('1') }))
    broker.refused('a')
    await expect(broker.get('a')).rejects.toMatchObject({ data: { code: 'needs-sign-in' } })
    await broker.put('a', token('2'))
    expect(await broker.get('a')).toEqual(token('2'))
    await expect(broker.get('b')).rejects.toMatchObject({ data: { code: 'needs-sign-in' } })
  })
})
