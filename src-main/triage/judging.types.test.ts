// What the kit of judgement must refuse. The compiler is the judge (`npm run check:types`).
import { expect, it } from 'vitest'
import { collection } from '../../shared/model/collection.ts'
import { count, derived, duration, name, oneOf } from '../../shared/model/fields.ts'
import { system } from '../../shared/model/system.ts'
import { check, derive, ends, link } from './judging.ts'

const jobs = collection({
  kind: 'state',
  title: 'Jobs',
  says: 'A job.',
  key: ['job'],
  fields: {
    job: name('Its name'),
    state: oneOf('Its state', ['UP', 'DOWN']),
    lag: count('Behind', 'records'),
    eta: derived(duration('Left')),
  },
})
const steps = collection({
  kind: 'state',
  title: 'Steps',
  says: 'A step.',
  key: ['job', 'step'],
  within: ['job'],
  fields: { job: name('Its job'), step: name('Its name') },
})
const works = system({
  id: 'works',
  title: 'Works',
  lane: 'work',
  settings: {},
  endpoints: {},
  collections: { jobs, steps },
  sweeps: { all: { says: 'All', emits: ['jobs', 'steps'], every: { watched: 5, background: 20 } } },
  reads: {},
  actions: {},
})

it('judges see only what they declared', () => {
  const rule = { on: 'jobs', also: ['steps'], past: ['lag'], rule: 'works.job.down', says: 'Down' } as const
  const good = check(works, rule, (row, see) => {
    // @ts-expect-error an undeclared neighbour
    see.rows('jobs')
    // @ts-expect-error the past of a field without one
    see.past('state')
    // @ts-expect-error arithmetic on what may be unknown
    const twice = row.lag * 2
    return twice > see.rows('steps').length ? undefined : undefined
  })
  // @ts-expect-error a check on no collection
  check(works, { on: 'job', rule: 'r', says: 's' }, () => undefined)
  // @ts-expect-error a neighbour that is no collection
  check(works, { on: 'jobs', also: ['tasks'], rule: 'r', says: 's' }, () => undefined)
  // @ts-expect-error a verdict of no known severity
  check(works, rule, () => ({ class: 'failure', origin: 'intrinsic', severity: 'bad', says: [] }))
  // @ts-expect-error narrowing by a state that is none
  check(works, { ...rule, where: { state: 'GONE' } }, () => undefined)
  // @ts-expect-error deriving a field that is not derived
  derive(works, { on: 'jobs' }, () => ({ lag: 3 }))
  // @ts-expect-error an edge of no known kind
  link(works, { on: 'jobs' }, () => [{ from: { kind: 'a', name: [] }, to: { kind: 'b', name: [] }, does: 'eats', known: 'observed' }])
  // @ts-expect-error an end without its name
  ends(works, 'jobs', () => [{ kind: 'works.job' }])
  expect(good.rule).toBe('works.job.down')
})
