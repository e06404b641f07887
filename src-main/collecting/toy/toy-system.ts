// A system that exists only in tests: state with a partial coverage, scopes, events, a feed, first contact, a read and an action.
import { collection } from '../../../shared/model/collection.ts'
import { count, derived, host, instant, int64, name, oneOf, optional, text } from '../../../shared/model/fields.ts'
import { action, read, system } from '../../../shared/model/system.ts'

export const toy = system({
  id: 'toy',
  title: 'Toy',
  lane: 'work',
  settings: { behaviour: optional(text('How nasty it is')), delayMs: optional(count('Answers after', 'ms')) },
  endpoints: { server: { title: 'Server', says: 'Where it is', protocol: 'http', many: false, example: 'localhost:1234' } },
  collections: {
    things: collection({
      kind: 'state',
      title: 'Things',
      says: 'A thing.',
      key: ['thing'],
      fields: {
        thing: name('Its name'),
        host: host('Where it is'),
        size: int64('Its size', { keep: 'series' }),
        mood: oneOf('Its mood', ['glad', 'sad']),
        grade: derived(text('Judged from its size')),
      },
    }),
    parts: collection({
      kind: 'state',
      title: 'Parts',
      says: 'A part of a thing.',
      key: ['thing', 'part'],
      within: ['thing'],
      fields: { thing: name('Its thing'), part: int64('Its number'), note: text('A note') },
      refs: [{ to: 'things', by: ['thing'] }],
    }),
    happenings: collection({
      kind: 'event',
      title: 'Happenings',
      says: 'Something that happened.',
      key: ['id'],
      starts: 'at',
      fields: { id: int64('Its number'), at: instant('When') },
    }),
  },
  sweeps: {
    fleet: { says: 'All things', emits: ['things'], every: { watched: 1, background: 4 } },
    closer: { says: 'Parts of what is looked at', emits: ['parts'], every: 'watched' },
    news: { says: 'What happens', emits: ['happenings'], every: 'feed' },
    memory: { says: 'What happened before', emits: ['happenings'], every: 'first-contact' },
  },
  reads: {
    numbers: read({
      title: 'Numbers',
      says: 'Counts.',
      shape: 'rows',
      input: { upTo: count('How far', 'numbers') },
      item: { n: count('A number', 'number') },
    }),
  },
  actions: { grow: action({ title: 'Grow', says: 'Makes a thing bigger.', input: { thing: name('Which one') }, refreshes: ['things'] }) },
})
export type Toy = typeof toy
