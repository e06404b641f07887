/** Rows of the toy system, for the Store's own tests. */
import type { PutRow } from '../../shared/model/collection.ts'
import { formatUrn } from '../../shared/model/urn.ts'
import type { toy } from './toy.ts'

type Jobs = PutRow<(typeof toy)['collections']['jobs']>
type Steps = PutRow<(typeof toy)['collections']['steps']>

const begin = new Date(Date.UTC(2026, 0, 1))
export function job(name: string, over: Partial<Jobs> = {}): Jobs {
  return {
    job: name,
    state: 'running',
    at: 'h1',
    team: 'data',
    on: true,
    tags: ['a', 'b'],
    lag: 0n,
    rate: 1.5,
    size: 10n,
    share: 0.25,
    last: begin,
    since: {},
    took: 12,
    price: '1.10',
    home: '/home/toy',
    owner: 'ada',
    door: 'h1:80',
    plan: null,
    ...over,
  }
}
export function step(job: string, number: bigint, over: Partial<Steps> = {}): Steps {
  return { job, step: number, at: 'h1', state: 'running', done: 0n, ...over }
}
export function urnOfJob(name: string): string {
  return formatUrn({ system: 'toy', instance: 'i-1', collection: 'jobs', key: [name] })
}
