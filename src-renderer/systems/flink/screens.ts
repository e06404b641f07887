// Flink's slots: how a job gets on, its steps, sources, checkpoints and exceptions.
import { isUnknown, type Known } from '../../../shared/model/known.ts'
import { flink } from '../../../shared/systems/flink/system.ts'
import { formatBytes, formatDuration, formatNumber, formatUnknown } from '../../ui/values/format.ts'
import { beside, related, type Screens, screens } from '../screens.ts'

const word = <T>(value: Known<T>, text: (known: T) => string): string => (isUnknown(value) ? `? ${formatUnknown(value).word}` : text(value))
const ago = (now: Date, at: Date): string => formatDuration(now.getTime() - at.getTime())

export const flinkScreens: Screens = screens(flink, {
  tabs: ['jobs', 'taskManagers', 'checkpoints', 'exceptions', 'vertices', 'sources', 'sourcePartitions', 'progress', 'slots', 'cluster'],
  records: {
    jobs: {
      facts: (row, now) => [
        { value: word(row.tasksRunning, (n) => `${formatNumber(n)} of ${word(row.tasks, formatNumber)}`), says: 'tasks that run' },
        { value: word(row.started, (at) => ago(now, at)), says: 'since it was submitted' },
      ],
      beside: beside(flink, 'jobs', 'progress', {
        where: (row) => ({ jid: row.jid }),
        facts: (row, now) => [
          {
            value: word(row.restarts, formatNumber),
            says: word(row.restartsLately, (n) => `restarts, ${formatNumber(n)} lately`),
            ...(isUnknown(row.restartsLately) || row.restartsLately === 0 ? {} : { health: 'high' as const }),
          },
          { value: word(row.lastCompleted, (at) => `${ago(now, at)} ago`), says: 'last completed checkpoint' },
          { value: word(row.failed, formatNumber), says: word(row.completed, (n) => `checkpoints failed, ${formatNumber(n)} completed`) },
          { value: word(row.stateSize, formatBytes), says: word(row.lastDuration, (ms) => `of state, stored in ${formatDuration(ms)}`) },
        ],
        curves: [
          { title: 'Restarts', fields: ['restarts'] },
          { title: 'Checkpoints completed and failed', fields: ['completed', 'failed'] },
        ],
      }),
      related: [
        related(flink, 'jobs', 'vertices', {
          title: 'Steps',
          columns: ['name', 'state', 'parallelism', 'busy', 'backPressured', 'recordsIn', 'recordsOut'],
          sort: 'position',
          where: (row) => ({ jid: row.jid }),
        }),
        related(flink, 'jobs', 'exceptions', {
          title: 'Exceptions',
          columns: ['exception', 'at', 'message', 'task'],
          sort: '-at',
          where: (row) => ({ jid: row.jid }),
        }),
        related(flink, 'jobs', 'checkpoints', {
          title: 'Checkpoints',
          columns: ['checkpoint', 'state', 'triggered', 'took', 'size', 'failure'],
          sort: '-triggered',
          where: (row) => ({ jid: row.jid }),
        }),
        related(flink, 'jobs', 'sourcePartitions', {
          title: 'What it has read of Kafka',
          columns: ['partition', 'current', 'committed'],
          sort: 'topic',
          where: (row) => ({ jid: row.jid }),
        }),
        related(flink, 'jobs', 'sources', {
          title: 'Sources',
          columns: ['operator', 'topics', 'pending', 'recordsPerSecond', 'idle', 'connections'],
          where: (row) => ({ jid: row.jid }),
        }),
      ],
      command: (row, addresses) => (addresses[0] === undefined ? undefined : `curl -s '${addresses[0]}/jobs/${row.jid}'`),
    },
    taskManagers: {
      facts: (row, now) => [
        { value: word(row.lastHeartbeat, (at) => ago(now, at)), says: 'since the job manager heard of it' },
        { value: word(row.slotsFree, (n) => `${formatNumber(n)} of ${word(row.slots, formatNumber)}`), says: 'slots free' },
        { value: word(row.memory, formatBytes), says: 'memory of its process' },
      ],
      curves: [{ title: 'Age of its heartbeat', fields: ['heartbeatAge'] }],
      related: [
        related(flink, 'taskManagers', 'slots', {
          title: 'Jobs in its slots',
          columns: ['jid', 'slots'],
          where: (row) => ({ taskManager: row.taskManager }),
        }),
      ],
    },
    cluster: { curves: [{ title: 'Slots and slots free', fields: ['slots', 'slotsFree'] }] },
    vertices: {
      curves: [
        { title: 'Busy and held back', fields: ['busy', 'backPressured'] },
        { title: 'Records in and out', fields: ['recordsIn', 'recordsOut'] },
      ],
    },
    sourcePartitions: { curves: [{ title: 'Read and committed', fields: ['current', 'committed'] }] },
  },
})
