// The one table of keys: a letter does the same everywhere. Pages give handlers to names, never to letters.

export interface KeyEntry {
  readonly name: string
  /** As written on the page of keys; `Mod` is Ctrl or Cmd. The first is shown beside buttons. */
  readonly keys: readonly string[]
  readonly does: string
}
const entry = <const N extends string>(name: N, keys: readonly string[], does: string): KeyEntry & { readonly name: N } => ({
  name,
  keys,
  does,
})

export const keyTable = [
  entry('palette', ['Mod+K', ':'], 'everything by name; paste an alert, a URL, an id'),
  entry('filter', ['/'], 'filter this list: lag>1000 state:Empty topic~^play'),
  entry('back', ['Escape'], 'one step back'),
  entry('why', ['w'], 'why; again: next hop'),
  entry('evidence', ['l'], 'look at the evidence'),
  entry('live', ['L'], 'back to live'),
  entry('earlier', ['Shift+ArrowLeft'], 'ten minutes earlier'),
  entry('later', ['Shift+ArrowRight'], 'ten minutes later'),
  entry('previousEvent', [','], 'previous change or finding in time'),
  entry('nextEvent', ['.'], 'next change or finding in time'),
  entry('map', ['m'], 'on the Map, two hops around'),
  entry('copyCommand', ['y'], 'yank the command line that shows it'),
  entry('copy', ['Y'], 'copy as'),
  entry('handOff', ['h'], 'hand-off text'),
  entry('collect', ['r'], 'collect this now'),
  entry('record', ['R'], 'record: capture a snapshot'),
  entry('sort', ['s'], 'sort by the column'),
  entry('sortAgain', ['S'], 'sort again'),
  entry('exact', ['i'], 'exact values and reasons'),
  entry('zone', ['u'], 'ages or moments'),
  entry('diff', ['d'], 'diff from the last good'),
  entry('rootFailure', ['f'], 'root failure'),
  entry('nextProblem', ['n'], 'next distinct problem'),
  entry('previousProblem', ['N'], 'previous distinct problem'),
  entry('criticalPath', ['c'], 'critical path, bottleneck'),
  entry('actions', ['a'], 'actions, plan first'),
  entry('tellMe', ['!'], 'tell me when'),
  entry('knownUntil', ['z'], 'known until'),
  entry('openOutside', ['o'], "open in the system's own screens"),
  entry('view', ['v'], 'list, tree, graph, grid'),
  entry('pin', ['p'], 'pin as note'),
  entry('help', ['?'], 'keys of this page'),
  entry('goNow', ['g n'], 'go to Now'),
  entry('goMap', ['g m'], 'go to the Map'),
  entry('goMine', ['g i'], 'go to Mine'),
  entry('goDatasets', ['g d'], 'go to Datasets'),
  entry('goKafka', ['g k'], 'go to Kafka'),
  entry('goFlink', ['g f'], 'go to Flink'),
  entry('goPipelines', ['g p'], 'go to Pipelines'),
  entry('goWorkflows', ['g w'], 'go to Workflows'),
  entry('goQueries', ['g q'], 'go to Queries'),
  entry('goSql', ['g s'], 'go to SQL'),
  entry('goSnapshots', ['g r'], 'go to Snapshots'),
  entry('goConnections', ['g c'], 'go to Connections'),
] as const
export type KeyName = (typeof keyTable)[number]['name']

/** Keys that a list handles itself while it has the focus; for the page of keys. */
export const listKeys: readonly KeyEntry[] = [
  { name: 'move', keys: ['j', 'k', '↑', '↓', 'Home', 'End', 'PgUp', 'PgDn'], does: 'move' },
  { name: 'open', keys: ['Enter'], does: 'open, full page' },
  { name: 'second', keys: ['Shift+Enter'], does: 'open as second pane' },
  { name: 'peek', keys: ['Space'], does: 'peek' },
  { name: 'select', keys: ['x', 'Shift+J', 'Shift+K'], does: 'select' },
  { name: 'walk', keys: ['Tab'], does: 'in a headline: walk its nouns' },
]

/** The key of an event as the table writes it. */
export function keyOf(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>): string {
  if (event.ctrlKey || event.metaKey) return `Mod+${event.key.toUpperCase()}`
  if (event.altKey) return `Alt+${event.key}`
  const arrow = event.key.startsWith('Arrow') || event.key === 'Enter'
  return arrow && event.shiftKey ? `Shift+${event.key}` : event.key
}

const byKey = new Map<string, KeyName>(keyTable.flatMap((e) => e.keys.map((k): [string, KeyName] => [k, e.name])))
/** What a key is called; undefined where it is none of the table's. */
export function nameOfKey(key: string): KeyName | undefined {
  return byKey.get(key)
}
export function entryOf(name: KeyName): KeyEntry {
  return keyTable.find((e) => e.name === name) ?? { name, keys: [], does: name }
}
const onMac = typeof navigator !== 'undefined' && /Mac/.test(navigator.platform)
/** As shown to people: `Ctrl K`. */
export function shownKey(key: string): string {
  return key
    .replace('Mod+', onMac ? '⌘ ' : 'Ctrl ')
    .replace('Shift+', 'Shift ')
    .replace('ArrowLeft', '←')
    .replace('ArrowRight', '→')
}
