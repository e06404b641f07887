import { describe, expect, it } from 'vitest'
import type { ConnectionAnswer } from '../../../shared/contract/control.ts'
import { formatUrn } from '../../../shared/model/urn.ts'
import { myConnection } from './my-connection.ts'

const mine = (id: string, instance?: string, system = 'kafka'): ConnectionAnswer => ({
  profile: { id, system, title: id, endpoints: { brokers: { addresses: [`${id}.example.net:9092`] } }, settings: {} },
  ...(instance === undefined ? {} : { instance }),
  targets: [],
})
const record = { urn: formatUrn({ system: 'kafka', instance: 'theirs', collection: 'groups', key: ['orders'] }), connection: 'prod' }
const file = { source: 'file-1' }

describe('my connection of a record', () => {
  it('is the one it came over while I look at what I watched myself, now or then', () => {
    expect(myConnection(record, {}, [mine('prod')])?.profile.id).toBe('prod')
    expect(myConnection(record, { at: new Date(0) }, [mine('prod')])?.profile.id).toBe('prod')
  })
  it('is none in a file of somebody whose connection is called the same', () => {
    expect(myConnection(record, file, [mine('prod', 'my production')])).toBeUndefined()
    expect(myConnection(record, file, [mine('prod')])).toBeUndefined()
  })
  it('is in a file the one that leads to the same server, whatever I call it', () => {
    expect(myConnection(record, file, [mine('prod', 'my production'), mine('front-3', 'theirs')])?.profile.id).toBe('front-3')
    expect(myConnection(record, file, [mine('front-3', 'theirs', 'flink')])).toBeUndefined()
  })
})
