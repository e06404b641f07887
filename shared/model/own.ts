/** What Landscope itself knows, declared like any system, so that it has history, search, files and diff like the rest. */
import { collection } from './collection.ts'
import { count, duration, flag, instant, interval, json, list, name, oneOf, ratio, text } from './fields.ts'
import { findingClasses, severities } from './finding.ts'
import { system } from './system.ts'

export const connectionStates = ['answering', 'partly', 'stale', 'failing', 'needs-sign-in', 'opening', 'closed'] as const

export const own = system({
  id: 'landscope',
  title: 'Landscope',
  lane: 'work',
  settings: {},
  endpoints: {},
  collections: {
    connections: collection({
      kind: 'state',
      title: 'Connections',
      says: 'One configured connection and how it answers.',
      key: ['connection'],
      fields: {
        connection: text('Its id in this profile'),
        title: name('What the user calls it'),
        system: text('Which system it speaks to'),
        instance: text("The server's own id, else its address set"),
        state: oneOf('How it answers', connectionStates),
        why: text('The last error, in a sentence'),
        errorCode: text('Code of the last error'),
        lastAnswer: instant('When a round last came back'),
        clockOffsetMs: duration('Server clock minus ours'),
        requestsPerMinute: count('Requests sent in the last minute', 'requests/min', { keep: 'latest' }),
        requestsAllowed: count('Budget: requests allowed in a minute', 'requests/min', { keep: 'latest' }),
        writes: count('Write requests sent since it was opened', 'requests', { keep: 'latest' }),
        bytesIn: count('Bytes received since it was opened', 'B', { keep: 'latest' }),
        slowestMs: duration('Slowest call since it was opened'),
      },
      show: { label: 'title', status: 'state', sort: 'title' },
      words: {
        state: {
          answering: { word: 'answering', health: 'ok' },
          partly: { word: 'partly', health: 'warn' },
          stale: { word: 'stale', health: 'unknown' },
          failing: { word: 'not answering', health: 'high' },
          'needs-sign-in': { word: 'needs sign-in', health: 'high' },
          opening: { word: 'opening', health: 'unknown' },
          closed: { word: 'closed', health: 'idle' },
        },
      },
    }),
    findings: collection({
      kind: 'state',
      title: 'Findings',
      says: 'What a rule says of a record, while it holds.',
      key: ['urn', 'rule'],
      fields: {
        urn: text('The record (or end) it is about'),
        rule: text('The rule that says so'),
        system: text('The system of the record'),
        connection: text('The connection that saw it'),
        label: name('What people call the record'),
        class: oneOf('Kind of finding', findingClasses),
        origin: oneOf('intrinsic: the thing itself is broken; derived: an effect is measured', ['intrinsic', 'derived']),
        severity: oneOf('How bad', severities),
        says: json('The sentence, with its controls', { keep: 'versions' }),
        since: interval('Since when it holds', { keep: 'versions' }),
        sinceBy: oneOf('How the since is known', ['event', 'server', 'seen']),
        opened: instant('When it was first shown', { keep: 'versions' }),
        evidence: json('Facts that support it, each with its source'),
        also: list('Ends that carry it as well'),
      },
      show: { label: 'label', status: 'severity', sort: 'severity' },
      words: {
        severity: {
          critical: { word: 'critical', health: 'critical' },
          high: { word: 'high', health: 'high' },
          warn: { word: 'warn', health: 'warn' },
          info: { word: 'info', health: 'idle' },
        },
      },
    }),
    edges: collection({
      kind: 'state',
      title: 'Edges',
      says: 'Who reads, writes, runs on or hosts what, and how that is known.',
      key: ['from', 'to', 'does'],
      fields: {
        from: text('Record or end at the start: data or support flows from it'),
        to: text('Record or end it flows to'),
        does: oneOf('What the edge is', ['reads', 'writes', 'runs-on', 'hosts', 'stands-at', 'matches']),
        known: oneOf('How it is known', ['observed', 'configured', 'guessed']),
        by: text('The connection that drew it'),
        fromLabel: name('What people call its start'),
        toLabel: name('What people call its end'),
        score: ratio('For a match: how well it fits, 0 to 1', { keep: 'latest' }),
        says: text('For a match: what fits', { keep: 'latest' }),
      },
    }),
    incidents: collection({
      kind: 'state',
      title: 'Incidents',
      says: 'Findings that belong together over links, as one thing that hurts.',
      key: ['incident'],
      fields: {
        incident: text('Its id'),
        title: json('Its headline', { keep: 'versions' }),
        state: oneOf('open; recovering: the last round no longer saw what hurt', ['open', 'recovering']),
        severity: oneOf('The worst of its findings', severities),
        opened: instant('When the first finding opened', { keep: 'versions' }),
        since: interval('Since when it hurts', { keep: 'versions' }),
        root: text('The record or end that explains the most'),
        members: list('Records and ends in it'),
        hit: list('Records that are hurt by it'),
        chain: json('Hop by hop, from the hurt to the cause or a wall', { keep: 'versions' }),
        contradicts: json('What speaks against it; an empty list when nothing does'),
        blind: flag('True where a part of the path could not be seen', { keep: 'latest' }),
      },
      show: { status: 'severity', sort: 'severity' },
      words: {
        severity: {
          critical: { word: 'critical', health: 'critical' },
          high: { word: 'high', health: 'high' },
          warn: { word: 'warn', health: 'warn' },
          info: { word: 'info', health: 'idle' },
        },
      },
    }),
  },
  sweeps: {
    judge: { says: 'Judged in the host after every round', emits: ['connections', 'findings', 'edges', 'incidents'], every: 'derived' },
  },
  reads: {},
  actions: {},
})
