/** Flink: one cluster (session or application) behind its job manager's REST address. Read-only so far. */
import { system } from '../../model/system.ts'
import { cluster, jobs, slots, taskManagers } from './fleet.ts'
import { checkpoints, exceptions, progress, sourcePartitions, sources, vertices } from './job-details.ts'

export const flink = system({
  id: 'flink',
  title: 'Flink',
  lane: 'streams',
  settings: {},
  endpoints: {
    rest: {
      title: 'Job manager',
      says: 'REST address of the job manager, with the path where a proxy adds one.',
      protocol: 'http',
      many: false,
      example: 'http://flink.example.net:8081',
    },
  },
  collections: { cluster, jobs, taskManagers, slots, progress, checkpoints, exceptions, sources, sourcePartitions, vertices },
  sweeps: {
    fleet: {
      says: 'The cluster, all jobs and all task managers: three requests',
      emits: ['cluster', 'jobs', 'taskManagers'],
      every: { watched: 10, background: 15 },
    },
    jobs: {
      says: 'How jobs get on, those that somebody looks at first, then the others in turn: at most a few requests a round',
      emits: ['progress', 'checkpoints', 'exceptions', 'sources', 'sourcePartitions'],
      every: { watched: 10, background: 25 },
    },
    vertices: { says: 'The steps of jobs that somebody looks at', emits: ['vertices'], every: 'watched' },
    slots: { says: 'Which jobs run where, a few task managers in turn', emits: ['slots'], every: { watched: 20, background: 90 } },
  },
  reads: {},
  actions: {},
})
