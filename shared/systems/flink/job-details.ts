/** What is asked job by job: how it gets on, its checkpoints and exceptions, its sources, and (while somebody looks) its vertices. */
import { collection } from '../../model/collection.ts'
import { address, bytes, count, derived, duration, flag, instant, int64, list, name, oneOf, path, ratio, text } from '../../model/fields.ts'
import { checkpointStates, checkpointStateWords, taskStates, taskStateWords } from './words.ts'

const ofJob = [{ to: 'jobs', by: ['jid'] }] as const

export const progress = collection({
  kind: 'state',
  title: 'Progress of jobs',
  says: 'How a job gets on: its restarts and its checkpoints.',
  key: ['jid'],
  within: ['jid'],
  refs: ofJob,
  fields: {
    jid: text('The job'),
    restarts: count('Restarts since it was submitted, rescaling included (numRestarts)', 'restarts'),
    rescales: count('Rescalings since it was submitted (numRescales)', 'rescalings'),
    restartsLately: derived(count('Restarts that were no rescaling, within the window of judgement', 'restarts', { keep: 'versions' })),
    parallelism: count('Largest parallelism of its vertices', 'tasks', { keep: 'versions' }),
    checkpointEvery: duration('Time between checkpoints, as configured', { keep: 'versions' }),
    checkpointTimeout: duration('After which a checkpoint is given up', { keep: 'versions' }),
    tolerableFailures: count('Checkpoints in a row that may fail before the job does', 'checkpoints', { keep: 'versions' }),
    completed: count('Checkpoints completed', 'checkpoints'),
    failed: count('Checkpoints failed', 'checkpoints'),
    failedLately: count('Failed ones among the last five that ended', 'checkpoints', { keep: 'versions' }),
    lastCompleted: instant('When the last checkpoint was completed'),
    lastDuration: duration('How long that one took', { keep: 'series' }),
    stateSize: bytes('State in that checkpoint'),
    lastFailure: text('Why the last failed checkpoint failed'),
    exceptionAt: instant('When a task last failed', { keep: 'versions' }),
    exception: text('What failed then: its first line'),
  },
})

export const checkpoints = collection({
  kind: 'event',
  title: 'Checkpoints',
  says: 'One attempt to store the state of a job.',
  key: ['jid', 'checkpoint'],
  within: ['jid'],
  starts: 'triggered',
  ends: 'ended',
  refs: ofJob,
  fields: {
    jid: text('The job'),
    checkpoint: int64('Its number'),
    state: oneOf('How it went', checkpointStates),
    savepoint: flag('A savepoint: asked for by somebody'),
    kind: text('CHECKPOINT, UNALIGNED_CHECKPOINT, SAVEPOINT …'),
    triggered: instant('When it began'),
    ended: instant('When it was completed or failed'),
    took: duration('From trigger to the last acknowledgement'),
    size: bytes('State it holds', { keep: 'latest' }),
    written: bytes('State that had to be written', { keep: 'latest' }),
    subtasks: count('Subtasks that must acknowledge', 'subtasks', { keep: 'latest' }),
    acknowledged: count('Subtasks that did', 'subtasks', { keep: 'latest' }),
    failure: text('Why it failed'),
    path: path('Where it lies'),
  },
  show: { label: 'checkpoint', status: 'state', sort: '-triggered' },
  words: { state: checkpointStateWords },
})

export const exceptions = collection({
  kind: 'event',
  title: 'Exceptions',
  says: 'A failure of a task, as the job manager remembers it (16 of each job).',
  key: ['jid', 'at', 'nth'],
  within: ['jid'],
  starts: 'at',
  refs: ofJob,
  fields: {
    jid: text('The job'),
    at: instant('When it failed'),
    nth: int64('Number among those of one millisecond'),
    exception: text('Its class'),
    message: text('Its first line'),
    cause: text('The innermost cause, its first line'),
    task: text('The task that failed'),
    taskManager: text('Where it ran'),
    endpoint: address('Host and data port of that task manager'),
    stack: text('The whole of it, at most 16,000 characters', { keep: 'latest' }),
  },
  show: { label: 'exception', sort: '-at' },
})

export const sources = collection({
  kind: 'state',
  title: 'Sources',
  says: 'An operator that brings records in.',
  key: ['jid', 'vertex', 'operator'],
  within: ['jid'],
  refs: ofJob,
  fields: {
    jid: text('The job'),
    vertex: text('The vertex it is part of'),
    operator: name('Its name in metrics: other characters are underscores'),
    from: oneOf('What it reads', ['kafka', 'other']),
    topics: list('Topics it reads, where it reads Kafka'),
    pending: count('Records it has not fetched yet (pendingRecords)', 'records'),
    recordsPerSecond: count('Records it brought in, over the last minute', 'records/s'),
    emitLag: duration('Between the time in a record and its emission', { keep: 'series' }),
    idle: duration('How long it emitted nothing (sourceIdleTime)', { keep: 'series' }),
    connections: count('Open connections to brokers, all subtasks', 'connections'),
    commitsFailed: count('Commits of offsets that failed', 'commits'),
  },
})

export const sourcePartitions = collection({
  kind: 'state',
  title: 'Source partitions',
  says: 'How far a job has read a Kafka partition, and what it committed there at its last checkpoint.',
  key: ['jid', 'topic', 'partition'],
  within: ['jid'],
  refs: ofJob,
  fields: {
    jid: text('The job'),
    topic: name('The topic'),
    partition: int64('The partition'),
    operator: name('The source that reads it'),
    current: int64('Offset of the last record it read (currentOffset)', { keep: 'series', unit: 'offset' }),
    committed: int64('Offset it committed to its group (committedOffset)', { keep: 'series', unit: 'offset' }),
  },
  show: { sort: 'topic' },
})

export const vertices = collection({
  kind: 'state',
  title: 'Vertices',
  says: 'A step of a job: operators chained into one task, run in parallel.',
  key: ['jid', 'vertex'],
  within: ['jid'],
  refs: ofJob,
  fields: {
    jid: text('The job'),
    vertex: text('Its id'),
    name: name('Its operators'),
    position: count('Its place in the flow, sources first', 'place', { keep: 'versions' }),
    inputs: list('Vertices it gets its records from'),
    parallelism: count('Subtasks', 'subtasks', { keep: 'versions' }),
    state: oneOf('Its state as the job manager says it', taskStates),
    running: count('Subtasks that run or are done', 'subtasks'),
    busy: ratio('Time its busiest subtask worked'),
    backPressured: ratio('Time its worst subtask waited for the next step'),
    idle: ratio('Time its subtasks had nothing to do, on average'),
    recordsIn: count('Records in, over the last minute', 'records/s'),
    recordsOut: count('Records out, over the last minute', 'records/s'),
    watermark: instant('Lowest watermark of its inputs', { keep: 'latest' }),
    lateDropped: count('Records dropped because they came late', 'records'),
  },
  show: {
    label: 'name',
    status: 'state',
    sort: 'position',
    columns: ['name', 'state', 'parallelism', 'busy', 'backPressured', 'recordsIn', 'watermark'],
  },
  words: { state: taskStateWords },
})
