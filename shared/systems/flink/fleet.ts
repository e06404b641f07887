/** What the job manager tells of everything at once: the cluster, its jobs, its task managers. */
import { collection } from '../../model/collection.ts'
import { address, bytes, count, duration, flag, host, instant, name, oneOf, text } from '../../model/fields.ts'
import { jobStates, jobStatuses, jobStatusWords } from './words.ts'

export const cluster = collection({
  kind: 'state',
  title: 'Clusters',
  says: 'The job manager and what it has to share out.',
  key: ['cluster'],
  fields: {
    cluster: address('Where its job manager answers'),
    version: text('Its Flink version'),
    taskManagers: count('Task managers registered', 'task managers'),
    slots: count('Slots of all task managers', 'slots'),
    slotsFree: count('Slots nobody uses', 'slots'),
    jobsRunning: count('Jobs it counts as running', 'jobs'),
    jobsWaiting: count('Jobs that want to run and have tasks without a slot', 'jobs'),
    jobsFailed: count('Jobs that failed for good since it started', 'jobs'),
  },
})

export const jobs = collection({
  kind: 'state',
  title: 'Jobs',
  says: 'One submission of a job; a job that is submitted again is another record on the same line.',
  key: ['jid'],
  line: ['name'],
  fields: {
    jid: text('Its id: another one after each submission'),
    name: name('Its name; its id where it has none'),
    status: oneOf('What it does, judged from its tasks', jobStatuses),
    state: oneOf('Its state as the job manager says it', jobStates),
    started: instant('When it was submitted', { keep: 'versions' }),
    ended: instant('When it ended', { keep: 'versions' }),
    changed: instant('When its state last changed', { keep: 'versions' }),
    tasks: count('Tasks it consists of', 'tasks', { keep: 'versions' }),
    tasksRunning: count('Tasks that run or are done', 'tasks'),
    tasksWaiting: count('Tasks without a slot', 'tasks'),
    replaced: flag('A later job has this name: what this one says is history'),
  },
  show: { label: 'name', status: 'status', sort: 'name', columns: ['name', 'status', 'tasksRunning', 'tasks', 'started', 'jid'] },
  words: { status: jobStatusWords },
})

export const taskManagers = collection({
  kind: 'state',
  title: 'Task managers',
  says: 'A process that runs tasks.',
  key: ['taskManager'],
  fields: {
    taskManager: text('Its resource id'),
    host: host('Where it runs'),
    dataPort: count('Port for data between tasks', 'port', { keep: 'versions' }),
    lastHeartbeat: instant('When the job manager last heard of it'),
    heartbeatAge: duration('How long ago that was', { keep: 'series' }),
    slots: count('Its slots', 'slots', { keep: 'versions' }),
    slotsFree: count('Slots nobody uses', 'slots'),
    memory: bytes('Memory of its process, as configured', { keep: 'versions' }),
    blocked: flag('Taken out of use by an operator'),
  },
  show: { sort: 'taskManager' },
})

export const slots = collection({
  kind: 'state',
  title: 'Slots in use',
  says: 'How many slots of a task manager a job has.',
  key: ['taskManager', 'jid'],
  within: ['taskManager'],
  refs: [
    { to: 'taskManagers', by: ['taskManager'] },
    { to: 'jobs', by: ['jid'] },
  ],
  fields: {
    taskManager: text('The task manager'),
    jid: text('The job'),
    slots: count('Slots it has there', 'slots', { keep: 'versions' }),
  },
})
