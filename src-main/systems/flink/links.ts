/** What Flink's records are linked with: jobs read Kafka topics and run on task managers, which run on hosts. */
import type { Edge, End } from '../../../shared/model/edge.ts'
import { known } from '../../../shared/model/known.ts'
import { flink } from '../../../shared/systems/flink/system.ts'
import { type AnyEnds, type AnyLink, ends, link, type Origin } from '../../triage/judging.ts'

type Of = Pick<Origin, 'instance'>
const jobEnd = (of: Of, jid: string): End => ({ kind: 'flink.job', name: [jid], instance: of.instance })
const managerEnd = (of: Of, id: string): End => ({ kind: 'flink.taskManager', name: [id], instance: of.instance })

/** Topics stand in the ids of a job's metrics; which cluster they are of, Flink does not tell. */
const reads = link(
  flink,
  { on: 'jobs', also: ['sourcePartitions'], where: { status: { in: ['RUNNING', 'WAITING', 'STARTING', 'RESTARTING', 'FAILING'] } } },
  (row, see): readonly Edge[] =>
    [...new Set(see.rows('sourcePartitions').map((p) => p.topic))]
      .sort()
      .map((topic) => ({ from: { kind: 'kafka.topic', name: [topic] }, to: jobEnd(see.of, row.jid), does: 'reads', known: 'observed' })),
)
const runsOn = link(flink, { on: 'slots' }, (row, see): readonly Edge[] => [
  { from: jobEnd(see.of, row.jid), to: managerEnd(see.of, row.taskManager), does: 'runs-on', known: 'observed' },
])
const managerRunsOn = link(flink, { on: 'taskManagers' }, (row, see): readonly Edge[] => {
  const host = known(row.host)
  return host === undefined
    ? []
    : [{ from: managerEnd(see.of, row.taskManager), to: { kind: 'host', name: [host] }, does: 'runs-on', known: 'observed' }]
})

export const links: readonly AnyLink[] = [reads, runsOn, managerRunsOn]
export const knownAs: readonly AnyEnds[] = [
  ends(flink, 'jobs', (row, of) => [jobEnd(of, row.jid)]),
  ends(flink, 'taskManagers', (row, of) => [managerEnd(of, row.taskManager)]),
]
