/** What a job and a cluster say first, and as a hop of somebody else's chain. */
import { known } from '../../../shared/model/known.ts'
import { noun, type Sentence, say } from '../../../shared/model/sentence.ts'
import { counted } from '../../../shared/model/words.ts'
import { flink } from '../../../shared/systems/flink/system.ts'
import { type JobStatus, jobStatusWords } from '../../../shared/systems/flink/words.ts'
import { type AnyHeadline, headline } from '../../triage/judging.ts'
import { ageWords, listWords } from '../../triage/time-words.ts'
import type { JobRow, ProgressRow } from './phrases.ts'

const wellSays = (row: JobRow, progress: ProgressRow | undefined, topics: readonly string[], now: Date): Sentence => {
  const last = progress === undefined ? undefined : known(progress.lastCompleted)
  const restarts = progress === undefined ? undefined : known(progress.restarts)
  const started = known(row.started)
  const checkpoint = last === undefined ? '' : `, last checkpoint ${ageWords(now.getTime() - last.getTime())} ago`
  const reads = topics.length === 0 ? '' : ` Reads ${listWords(topics)}.`
  const runs = started === undefined ? 'Running' : `Running for ${ageWords(now.getTime() - started.getTime())}`
  return say`${runs}: ${counted(known(row.tasks) ?? 0, 'task')}${checkpoint}${restarts === undefined ? '' : `, ${restarts === 0 ? 'no restart' : counted(restarts, 'restart')}`}.${reads}`
}

const job = headline(flink, { on: 'jobs', also: ['progress', 'sourcePartitions'] }, (row, see) => {
  const [progress] = see.rows('progress')
  const topics = [...new Set(see.rows('sourcePartitions').map((p) => p.topic))].sort()
  const status: JobStatus | undefined = known(row.status)
  const word = status === undefined ? 'in a state this version does not know' : jobStatusWords[status].word
  const [worst] = see.findings
  const restarts = progress === undefined ? undefined : known(progress.restarts)
  const hop = `${word}${restarts === undefined || restarts === 0 ? '' : `, restarted ${counted(restarts, 'time')}`}`
  const health = status === undefined ? 'unknown' : jobStatusWords[status].health
  if (worst !== undefined) return { says: worst.says, health: worst.severity === 'info' ? health : worst.severity, hop }
  if (status === 'RUNNING') return { says: wellSays(row, progress, topics, see.now), health, hop }
  const ended = known(row.ended)
  return {
    says: say`${word.charAt(0).toUpperCase()}${word.slice(1)}${ended === undefined ? '' : ` ${ageWords(see.now.getTime() - ended.getTime())} ago`}.`,
    health,
    hop,
  }
})

const cluster = headline(flink, { on: 'cluster' }, (row, see) => {
  const managers = known(row.taskManagers)
  const hop = managers === undefined ? 'not answering' : counted(managers, 'task manager')
  const [worst] = see.findings
  if (worst !== undefined) return { says: worst.says, health: worst.severity === 'info' ? 'ok' : worst.severity, hop }
  return {
    says: say`Flink ${known(row.version) ?? ''} at ${noun(row.cluster, see.urn('cluster', row))}: ${counted(known(row.jobsRunning) ?? 0, 'job')} on ${hop}, ${known(row.slotsFree) ?? 0} of ${counted(known(row.slots) ?? 0, 'slot')} free.`,
    health: 'ok',
    hop,
  }
})

export const headlines: readonly AnyHeadline[] = [job, cluster]
