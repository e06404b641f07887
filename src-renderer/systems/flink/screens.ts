// What Flink adds to the generic screens: the order of its tabs, and what stands on the page of a job.
import { flink } from '../../../shared/systems/flink/system.ts'
import { related, screens } from '../screens.ts'

export const flinkScreens = screens(flink, {
  tabs: ['jobs', 'taskManagers', 'cluster', 'checkpoints', 'exceptions'],
  records: {
    jobs: {
      related: [
        related(flink, 'jobs', 'vertices', {
          title: 'Vertices',
          columns: ['name', 'state', 'parallelism', 'busy', 'backPressured', 'recordsIn', 'recordsOut', 'watermark'],
          sort: 'position',
          bar: 'busy',
          where: (row) => ({ jid: row.jid }),
        }),
        related(flink, 'jobs', 'sourcePartitions', {
          title: 'Source partitions',
          columns: ['topic', 'partition', 'current', 'committed'],
          sort: 'topic',
          where: (row) => ({ jid: row.jid }),
        }),
        related(flink, 'jobs', 'checkpoints', {
          title: 'Checkpoints',
          columns: ['checkpoint', 'state', 'triggered', 'took', 'size', 'failure'],
          sort: '-triggered',
          where: (row) => ({ jid: row.jid }),
        }),
        related(flink, 'jobs', 'exceptions', {
          title: 'Exceptions',
          columns: ['at', 'message', 'cause', 'task', 'taskManager'],
          sort: '-at',
          where: (row) => ({ jid: row.jid }),
        }),
      ],
    },
  },
})
