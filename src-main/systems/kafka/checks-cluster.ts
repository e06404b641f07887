/** Rules about the cluster itself: what refuses writes now comes first, then what cannot be read, then who is missing, then what may come. */
import { known } from '../../../shared/model/known.ts'
import { noun, say } from '../../../shared/model/sentence.ts'
import { kafka } from '../../../shared/systems/kafka/system.ts'
import { type AnyCheck, check } from '../../triage/judging.ts'
import { clock, listWords } from '../../triage/time-words.ts'
import { counted, grouped, isErrorName, type PartitionRow, placeName, wordOf } from './phrases.ts'

const places = (partitions: readonly PartitionRow[]): string => listWords(partitions.map((p) => placeName(p.topic, p.partition)))
const nodes = (partitions: readonly PartitionRow[], field: 'replicas' | 'isr' | 'leader'): string =>
  listWords([...new Set(partitions.flatMap((p) => known(p[field]) ?? []))].sort().map((node) => `broker ${node}`))

const underMinIsr = check(
  kafka,
  {
    on: 'topics',
    also: ['partitions'],
    rule: 'kafka.topic.under-min-isr',
    says: 'Fewer replicas in sync than min.insync.replicas: writes with acks=all are refused now',
    where: { underMinIsr: { min: 1 } },
    opens: 1,
  },
  (row, see) => {
    const hurt = see.rows('partitions').filter((p) => p.state === 'UNDER_MIN_ISR')
    const [first] = hurt
    if (first === undefined) return undefined
    return {
      class: 'failure',
      origin: 'intrinsic',
      severity: 'critical',
      says: say`${noun(row.topic, see.urn('topics', row))} refuses writes: ${places(hurt)} ${hurt.length === 1 ? 'has' : 'have'} ${(known(first.isr) ?? []).length} in-sync ${(known(first.isr) ?? []).length === 1 ? 'replica' : 'replicas'} where ${wordOf(row.minIsr)} are needed (min.insync.replicas).`,
      evidence: hurt
        .slice(0, 5)
        .map((p) => ({ label: `ISR of ${placeName(p.topic, p.partition)}`, value: (known(p.isr) ?? []).join(', '), source: 'Metadata' })),
    }
  },
)

const offline = check(
  kafka,
  {
    on: 'topics',
    also: ['partitions'],
    rule: 'kafka.topic.offline',
    says: 'Partitions without a leader: nobody can read or write them',
    where: { offline: { min: 1 } },
    opens: 1,
  },
  (row, see) => {
    const hurt = see.rows('partitions').filter((p) => p.state === 'OFFLINE')
    if (hurt.length === 0) return undefined
    return {
      class: 'failure',
      origin: 'intrinsic',
      severity: 'critical',
      says: say`${places(hurt)} of ${noun(row.topic, see.urn('topics', row))} ${hurt.length === 1 ? 'has' : 'have'} no leader: nobody can read or write ${hurt.length === 1 ? 'it' : 'them'}. All replicas are on ${nodes(hurt, 'replicas')}.`,
      evidence: hurt.slice(0, 5).map((p) => ({
        label: `Replicas of ${placeName(p.topic, p.partition)}`,
        value: (known(p.replicas) ?? []).join(', '),
        source: 'Metadata',
      })),
    }
  },
)

const underReplicated = check(
  kafka,
  {
    on: 'topics',
    rule: 'kafka.topic.under-replicated',
    says: 'Fewer replicas in sync than assigned; still read and written',
    where: { underReplicated: { min: 1 } },
  },
  (row, see) => {
    const count = known(row.underReplicated) ?? 0
    // The worse of them is said by a rule of its own, and then this would not be true of the topic.
    const refusing = known(row.underMinIsr)
    if ((refusing ?? 0) > 0 || (known(row.offline) ?? 0) > 0) return undefined
    const still = refusing === undefined ? 'It is still read; whether it takes writes is not known.' : 'It is still read and written.'
    return {
      class: 'risk',
      origin: 'derived',
      severity: 'warn',
      says: say`${noun(row.topic, see.urn('topics', row))} is under-replicated: ${count} of ${wordOf(row.partitions)} partitions ${count === 1 ? 'has' : 'have'} fewer in-sync replicas than replicas. ${still}`,
    }
  },
)

const unanswered = check(
  kafka,
  {
    on: 'topics',
    also: ['partitions'],
    rule: 'kafka.topic.unanswered',
    says: 'Leaders of its partitions did not answer us, or with an error',
    where: { recordsAtLeast: true },
    opens: 1,
    closes: 1,
  },
  (row, see) => {
    const silent = see.rows('partitions').filter((p) => p.state !== 'OFFLINE' && known(p.end) === undefined)
    if (silent.length === 0) return undefined
    const did = Map.groupBy(silent, (p) => (isErrorName(wordOf(p.end)) ? `answered ${wordOf(p.end)}` : 'did not answer'))
    const why = [...did].map(([what, partitions]) => `${nodes(partitions, 'leader')} ${what}`)
    return {
      class: 'blind',
      origin: 'derived',
      severity: 'info',
      says: say`${places(silent)} of ${noun(row.topic, see.urn('topics', row))} gave no offsets: ${listWords(why)}.`,
    }
  },
)

const brokerMissing = check(
  kafka,
  {
    on: 'brokers',
    rule: 'kafka.broker.missing',
    says: 'Replicas are assigned to a broker that the cluster lists no more',
    where: { listed: false },
    opens: 1,
  },
  (row, see) => ({
    class: 'failure',
    origin: 'intrinsic',
    severity: 'high',
    says: say`${noun(`Broker ${row.broker}`, see.urn('brokers', row))} is gone: the cluster lists it no more, and ${counted(known(row.replicas) ?? 0, 'replica')} assigned to it ${known(row.replicas) === 1 ? 'is' : 'are'} missing.`,
    evidence: [{ label: 'Replicas assigned to it', value: wordOf(row.replicas), source: 'Metadata' }],
  }),
)

/** Says / sees: the cluster's word against our own sockets. */
const saysSees = check(
  kafka,
  {
    on: 'brokers',
    rule: 'kafka.broker.says-sees',
    says: 'The cluster lists it as alive, our own sockets see otherwise',
    where: { listed: true, contact: { in: ['refusing', 'silent'] } },
    opens: 1,
    closes: 2,
  },
  (row, see) => {
    const since = known(row.failingSince)
    // How often is the headline's to say: this stays as it is while it holds.
    const did = row.contact === 'silent' ? 'has not answered us' : 'refuses us'
    const when = since === undefined ? '' : ` since ${clock(since, see.now)} UTC`
    const leads = known(row.leads) ?? 0
    const answered = known(row.lastAnswer)
    return {
      class: 'failure',
      origin: 'intrinsic',
      severity: 'high',
      says: say`The cluster still lists ${noun(`broker ${row.broker}`, see.urn('brokers', row))} as alive; it ${did}${when}. Clusters notice with a delay; until then other counts may be wrong. ${counted(leads, 'partition')} ${leads === 1 ? 'has' : 'have'} it as leader.`,
      ...(since === undefined
        ? {}
        : { since: { from: answered !== undefined && answered < since ? answered : since, to: since, by: 'seen' as const } }),
      evidence: [
        { label: 'Says', value: 'listed as alive', source: 'Metadata' },
        { label: 'Sees', value: wordOf(row.lastError), source: 'our own sockets', ...(since === undefined ? {} : { at: since }) },
      ],
    }
  },
)

const notAllowed = check(
  kafka,
  {
    on: 'brokers',
    rule: 'kafka.broker.not-allowed',
    says: 'It is announced at a host that nobody allowed for this connection',
    where: { listed: true, contact: 'not allowed' },
    opens: 1,
  },
  (row, see) => ({
    class: 'blind',
    origin: 'intrinsic',
    severity: 'warn',
    says: say`${noun(`Broker ${row.broker}`, see.urn('brokers', row))} is announced at ${wordOf(row.address)}, a host that nobody allowed for this connection; what it leads and coordinates is not seen.`,
  }),
)

const noController = check(
  kafka,
  { on: 'cluster', rule: 'kafka.cluster.no-controller', says: 'No active controller: nothing can be created, moved or repaired' },
  (row, see) => {
    if (known(row.controller) !== undefined || wordOf(row.controller) !== 'there is none') return undefined
    return {
      class: 'failure',
      origin: 'intrinsic',
      severity: 'critical',
      says: say`${noun(`Cluster ${row.cluster}`, see.urn('cluster', row))} has no controller: no leader can be elected, no topic created or changed.`,
      evidence: [{ label: 'Controller', value: 'none', source: 'DescribeQuorum' }],
    }
  },
)

const behindMs = 30_000
const voterBehind = check(
  kafka,
  { on: 'quorum', also: ['quorum'], rule: 'kafka.quorum.behind', says: 'A voter of the quorum does not keep up', where: { role: 'voter' } },
  (row, see) => {
    const leader = see.rows('quorum').find((other) => other.role === 'leader')
    const leaderAt = leader === undefined ? undefined : known(leader.lastCaughtUp)
    const at = known(row.lastCaughtUp)
    if (leaderAt === undefined || at === undefined || leaderAt.getTime() - at.getTime() < behindMs) return undefined
    return {
      class: 'risk',
      origin: 'intrinsic',
      severity: 'warn',
      says: say`${noun(`Controller ${row.node}`, see.urn('quorum', row))} of the quorum has not caught up since ${clock(at, see.now)} UTC.`,
    }
  },
)

const diskOffline = check(
  kafka,
  { on: 'logDirs', rule: 'kafka.disk.offline', says: 'A broker cannot use one of its disks', where: { state: 'OFFLINE' }, opens: 1 },
  (row, see) => ({
    class: 'failure',
    origin: 'intrinsic',
    severity: 'critical',
    says: say`${noun(`${row.path} of broker ${row.broker}`, see.urn('logDirs', row))} is offline: ${wordOf(row.error)}.`,
  }),
)

/** Used part of a volume from which it is a risk, and from which it is about to stop the broker. */
const nearlyFull = 0.9
const full = 0.95
const diskFull = check(
  kafka,
  {
    on: 'logDirs',
    rule: 'kafka.disk.full',
    says: 'A disk is nearly full; a full one stops its broker',
    where: { used: { min: nearlyFull } },
  },
  (row, see) => {
    const used = known(row.used)
    const usable = known(row.usable)
    if (used === undefined || usable === undefined) return undefined
    return {
      class: used >= full ? 'saturation' : 'risk',
      origin: 'intrinsic',
      severity: used >= full ? 'high' : 'warn',
      says: say`${noun(`${row.path} of broker ${row.broker}`, see.urn('logDirs', row))} is ${Math.floor(used * 100)} % full: ${grouped(usable / 1_048_576n)} MiB are left. A full disk stops the broker.`,
      evidence: [{ label: 'Used', value: `${(used * 100).toFixed(1)} %`, source: 'DescribeLogDirs' }],
    }
  },
)

/** The most urgent first. */
export const clusterChecks: readonly AnyCheck[] = [
  underMinIsr,
  offline,
  brokerMissing,
  saysSees,
  noController,
  diskOffline,
  underReplicated,
  unanswered,
  notAllowed,
  diskFull,
  voterBehind,
]
