import { describe, expect, it } from 'vitest'
import { formatRead, parseRead, type ReadTarget } from './read-target.ts'

const read: ReadTarget = {
  system: 'kafka',
  connection: 'front-3',
  name: 'messages',
  input: { topic: '1234', partition: 2n, from: 'around', offset: 9_007_199_254_740_993n, limit: 3 },
}

describe('a read in a URL', () => {
  it('comes back as it was, numbers exact and apart from texts', () => {
    expect(parseRead(formatRead(read))).toEqual(read)
  })
  it.each([
    '',
    'x',
    '[]',
    '["kafka","c","messages"]',
    '["kafka","c","messages",[1]]',
    '["kafka","c","messages",{"offset":{"int64":"1e9"}}]',
    '["kafka",1,"messages",{}]',
  ])('is none where the text is another (%s)', (text) => expect(parseRead(text)).toBeUndefined())
})
