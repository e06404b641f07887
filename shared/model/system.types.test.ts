// What the kit of declarations must refuse. The compiler is the judge (`npm run check:types`): a case that it lets pass is an error here.
import { describe, expect, it } from 'vitest'
import { type Collections, collection, type Derived, type PutRow, type Row, type Scope, type SeriesName, type Where } from './collection.ts'
import type { Asked, Connect, Connected, Covered, Out } from './connector.ts'
import { count, derived, duration, host, instant, int64, name, oneOf, optional, text } from './fields.ts'
import { type Known, unknown } from './known.ts'
import { action, type Emits, type Input, type Item, read, system } from './system.ts'

const topics = collection({
  kind: 'state',
  title: 'Topics',
  says: 'A topic.',
  key: ['topic'],
  fields: { topic: name('Its name'), partitions: count('Partitions', 'partitions'), incarnation: text('Its id') },
})
const groups = collection({
  kind: 'state',
  title: 'Groups',
  says: 'A consumer group.',
  key: ['group'],
  fields: {
    group: name('Its name'),
    topic: name('What it reads'),
    state: oneOf('Its state', ['Stable', 'Empty']),
    coordinator: host('Who answers for it'),
    lag: int64('Records behind', { keep: 'series' }),
    rate: count('Records read', 'records/s'),
    lastCommit: instant('Its last commit'),
    eta: derived(duration('When it will have caught up')),
  },
  refs: [{ to: 'topics', by: ['topic'] }],
  line: ['topic'],
  show: { label: 'group', status: 'state', sort: '-lag' },
  words: { state: { Stable: { word: 'stable', health: 'ok' }, Empty: { word: 'empty', health: 'idle' } } },
})
const commits = collection({
  kind: 'event',
  title: 'Commits',
  says: 'A commit.',
  key: ['group', 'at'],
  within: ['group'],
  starts: 'at',
  fields: { group: name('Who committed'), at: instant('When'), took: duration('How long it took') },
  refs: [{ to: 'groups', by: ['group'] }],
})
const messages = read({
  title: 'Messages',
  says: 'Messages from an offset.',
  shape: 'rows',
  input: { topic: name('Which topic'), from: int64('First offset'), key: optional(text('Only this key')) },
  item: { offset: int64('Its offset'), value: text('Its value') },
})
const reset = action({ title: 'Reset', says: 'Resets offsets.', input: { group: name('Which group') }, refreshes: ['groups'] })
const parts = {
  id: 'bus',
  title: 'Bus',
  lane: 'streams',
  settings: { pace: count('Rounds', 'rounds/min'), note: optional(text('A note')) },
  endpoints: { brokers: { title: 'Brokers', says: 'Where it is.', protocol: 'kafka', many: true, example: 'localhost:9092' } },
} as const
const bus = system({
  ...parts,
  collections: { topics, groups, commits },
  sweeps: {
    lag: { says: 'Topics and groups', emits: ['topics', 'groups'], every: { watched: 5, background: 20 } },
    looked: { says: 'Commits of what is looked at', emits: ['commits'], every: 'watched' },
  },
  reads: { messages },
  actions: { reset },
})
type Bus = typeof bus
type All = Bus['collections']
const row: PutRow<All['groups']> = {
  group: 'g',
  topic: 't',
  state: 'Stable',
  coordinator: 'b1',
  lag: 3n,
  rate: unknown('not-yet'),
  lastCommit: new Date(0),
}

describe('a declaration', () => {
  it('is refused by the compiler where it names what is not there', () => {
    const fields = { id: text('Its id'), from: instant('Its start') }
    const shape = { title: 'T', says: 'S', fields } as const
    const good = collection({ ...shape, kind: 'event', key: ['id'], starts: 'from' })
    // @ts-expect-error a key without its field
    collection({ ...shape, kind: 'state', key: ['ident'] })
    // @ts-expect-error an event without its start
    collection({ ...shape, kind: 'event', key: ['id'] })
    // @ts-expect-error an event that starts with no field
    collection({ ...shape, kind: 'event', key: ['id'], starts: 'begin' })
    // @ts-expect-error within names no field
    collection({ ...shape, kind: 'state', key: ['id'], within: ['job'] })
    // @ts-expect-error a ref by a field that is not there
    collection({ ...shape, kind: 'state', key: ['id'], refs: [{ to: 'topics', by: ['topic'] }] })
    // @ts-expect-error a line along no field
    collection({ ...shape, kind: 'state', key: ['id'], line: ['name'] })
    // @ts-expect-error a default sort by no field
    collection({ ...shape, kind: 'state', key: ['id'], show: { sort: '-size' } })
    // @ts-expect-error a status that is no field
    collection({ ...shape, kind: 'state', key: ['id'], show: { status: 'state' } })
    const states = { id: text('Its id'), state: oneOf('Its state', ['UP', 'DOWN']) }
    const wordless = { kind: 'state', title: 'T', says: 'S', key: ['id'], fields: states } as const
    const half = { UP: { word: 'up', health: 'ok' } } as const
    // @ts-expect-error a state without its word
    collection({ ...wordless, words: { state: half } })
    const bad = { UP: { word: 'up', health: 'fine' }, DOWN: { word: 'down', health: 'high' } } as const
    // @ts-expect-error a health that is none of the seven words
    collection({ ...wordless, words: { state: bad } })
    // @ts-expect-error a number needs its unit
    count('How many')
    // @ts-expect-error no such way to keep a field
    text('A text', { keep: 'forever' })
    expect(good.key).toEqual(['id'])
  })

  it('is refused where its parts do not fit together', () => {
    const sweeps = { all: { says: 'All', emits: ['topics', 'groups'], every: { watched: 5, background: 20 } } } as const
    const rest = { ...parts, reads: {}, actions: {} }
    // @ts-expect-error a collection that no sweep fills
    system({ ...rest, collections: { topics, groups, commits }, sweeps })
    // @ts-expect-error a ref to nothing
    system({ ...rest, collections: { groups }, sweeps: { all: { says: 'All', emits: ['groups'], every: 'feed' } } })
    // @ts-expect-error a sweep that fills no collection of the system
    system({ ...rest, collections: { topics }, sweeps: { all: { says: 'All', emits: ['topics', 'tables'], every: 'feed' } } })
    // @ts-expect-error a sweep without its pace in background
    system({ ...rest, collections: { topics }, sweeps: { all: { says: 'All', emits: ['topics'], every: { watched: 5 } } } })
    // @ts-expect-error a lane that is not on the map
    system({ ...rest, lane: 'misc', collections: { topics }, sweeps: { all: { says: 'All', emits: ['topics'], every: 'feed' } } })
    // @ts-expect-error a read of no known shape
    read({ title: 'T', says: 'S', shape: 'blob', input: {}, item: {} })
    // @ts-expect-error an action without its input
    action({ title: 'T', says: 'S', refreshes: [] })
    expect(bus.id).toBe('bus')
  })
})

describe('a record', () => {
  it('is refused where it is not what was declared', () => {
    const whole: Row<All['groups']> = { ...row, eta: 5 }
    // @ts-expect-error a column is missing
    const missing: PutRow<All['topics']> = { topic: 't', partitions: 1 }
    // @ts-expect-error a column too many
    const extra: PutRow<All['topics']> = { topic: 't', partitions: 1, incarnation: 'i', size: 3 }
    // @ts-expect-error the key is always known
    const nameless: PutRow<All['topics']> = { topic: unknown('forbidden'), partitions: 1, incarnation: 'i' }
    // @ts-expect-error no such state
    const asleep: PutRow<All['groups']> = { ...row, state: 'Asleep' }
    // @ts-expect-error a 64-bit number is a bigint
    const rounded: PutRow<All['groups']> = { ...row, lag: 3 }
    // @ts-expect-error no such reason for not knowing
    const because: PutRow<All['groups']> = { ...row, lag: { unknown: 'whatever' } }
    // @ts-expect-error arithmetic on what may be unknown
    const sum = (r: Row<All['groups']>): number => r.rate + 1
    // @ts-expect-error a derived field put by a connector
    const judged: PutRow<All['groups']> = { ...row, eta: 5 }
    // @ts-expect-error the host derives only derived fields
    const meddled: Derived<All['groups']> = { lag: 3n }
    // @ts-expect-error the scope is the head of the key
    const scope: Scope<All['commits']> = { at: new Date(0) }
    // @ts-expect-error a collection without within has no scopes
    const none: Scope<All['topics']> = { topic: 't' }
    // @ts-expect-error a curve of what has none
    const curve: SeriesName<All['groups']['fields']> = 'state'
    // @ts-expect-error a derived field keeps what it wraps: this one has no curve
    const wrapped: SeriesName<All['groups']['fields']> = 'eta'
    const known: Known<number> = 4
    expect([
      wrapped,
      missing,
      extra,
      nameless,
      asleep,
      rounded,
      because,
      sum,
      judged,
      meddled,
      scope,
      none,
      curve,
      known,
      whole,
    ]).toHaveLength(15)
  })

  it('is found only by its own fields and values', () => {
    const good: Where<All['groups']> = { state: { in: ['Empty'] }, lag: { min: 1000n } }
    // @ts-expect-error a filter on no field
    const field: Where<All['groups']> = { states: 'Empty' }
    // @ts-expect-error a filter with a state that is none
    const value: Where<All['groups']> = { state: 'Asleep' }
    // @ts-expect-error a filter with a value of another type
    const type: Where<All['groups']> = { lag: { min: '1000' } }
    expect([good, field, value, type]).toHaveLength(4)
  })
})

describe('a connector', () => {
  it('puts only what its sweep emits, covered as declared', () => {
    const sweep = (out: Out<All, 'topics' | 'groups'>, asked: Asked<All['commits']>): void => {
      out.put('groups', [row], { except: 'broker 1', reason: 'refused', where: { coordinator: ['b1'] } })
      // @ts-expect-error no such collection
      out.put('grops', [], 'all')
      // @ts-expect-error a collection of another sweep
      out.put('commits', [], 'all')
      // @ts-expect-error rows of another collection
      out.put('topics', [row], 'all')
      // @ts-expect-error coverage by a field that is not there
      out.put('groups', [row], { except: 'broker 1', reason: 'refused', where: { coordinatr: ['b1'] } })
      // @ts-expect-error coverage without its reason
      out.put('groups', [row], { except: 'broker 1', where: { coordinator: ['b1'] } })
      // @ts-expect-error no such coverage
      out.same('groups', 'most')
      // @ts-expect-error why it is lacking is one of the closed list
      out.lacks('groups', { unknown: 'absent' })
      // @ts-expect-error an ending by a field that is not there
      out.ended('groups', { topics: 't' }, 'topic deleted')
      // @ts-expect-error wanted scopes hold the scope only
      asked.wanted[0]?.took
    }
    const covered: Covered<All['commits']> = { scopes: [{ group: 'g' }] }
    // @ts-expect-error coverage of scopes by another field
    const other: Covered<All['commits']> = { scopes: [{ topic: 't' }] }
    expect([sweep, covered, other]).toHaveLength(3)
  })

  it('answers every sweep, read and action', () => {
    type Whole = Connected<All, Bus['sweeps'], Bus['reads'], Bus['actions']>
    // @ts-expect-error a sweep is not answered
    const sweeps: Whole['sweeps'] = { lag: async () => {} }
    // @ts-expect-error a read is not answered
    const reads: Whole['reads'] = {}
    // @ts-expect-error an action that cannot be planned
    const actions: Whole['actions'] = { reset: { run: async function* () {} } }
    // @ts-expect-error a setting that is missing
    const given: Parameters<Connect<Bus>>[0] = { settings: { note: 'n' }, endpoints: {} }
    // @ts-expect-error an endpoint that is not declared
    const endpoints: Parameters<Connect<Bus>>[0]['endpoints'] = { registry: { addresses: [] } }
    expect([sweeps, reads, actions, given, endpoints]).toHaveLength(5)
  })

  it('is asked with the declared inputs', () => {
    const good: Input<Bus['reads']['messages']> = { topic: 't', from: 0n }
    // @ts-expect-error a read without its offset
    const less: Input<Bus['reads']['messages']> = { topic: 't' }
    // @ts-expect-error a read with an offset that is no bigint
    const wrong: Input<Bus['reads']['messages']> = { topic: 't', from: 0 }
    // @ts-expect-error an action on something else
    const elsewhere: Input<Bus['actions']['reset']> = { topic: 't' }
    // @ts-expect-error an item with a field of another type
    const item: Item<Bus['reads']['messages']> = { offset: 'first', value: 'v' }
    // @ts-expect-error what another sweep fills
    const emitted: Emits<Bus['sweeps']['looked']> = 'topics'
    const collections: Collections = bus.collections
    expect([good, less, wrong, elsewhere, item, emitted, collections]).toHaveLength(7)
  })
})
