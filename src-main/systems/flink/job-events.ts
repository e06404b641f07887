/** Checkpoints and exceptions of a job as events, and what they sum up to. */
import type { Out } from '../../../shared/model/connector.ts'
import { unknown } from '../../../shared/model/known.ts'
import type { flink } from '../../../shared/systems/flink/system.ts'
import { checkpointStates } from '../../../shared/systems/flink/words.ts'
import type { Checkpoint, Checkpoints, Exceptions } from './answers.ts'
import { moment, word } from './known-values.ts'

type All = (typeof flink)['collections']
export type CheckpointRow = Parameters<Out<All, 'checkpoints'>['put']>[1][number]
export type ExceptionRow = Parameters<Out<All, 'exceptions'>['put']>[1][number]
const maxStack = 16_000
/** Of the checkpoints that ended, so many of the last ones count as lately. */
export const checkpointsLately = 5

const oneLine = (text: string): string => (text.split('\n', 1)[0] ?? '').trim().slice(0, 1_000)

function endedAt(checkpoint: Checkpoint): number | undefined {
  if (checkpoint.status === 'COMPLETED') return checkpoint.latest_ack_timestamp
  return checkpoint.status === 'FAILED' ? checkpoint.failure_timestamp : undefined
}

export function checkpointRows(jid: string, answer: Checkpoints): readonly CheckpointRow[] {
  return answer.history.map((c) => ({
    jid,
    checkpoint: c.id,
    state: word(checkpointStates, c.status),
    savepoint: c.is_savepoint,
    kind: c.checkpoint_type ?? '',
    triggered: moment(c.trigger_timestamp),
    ended: moment(endedAt(c)),
    took: c.status === 'IN_PROGRESS' ? unknown('not-yet') : c.end_to_end_duration,
    size: c.state_size,
    written: c.checkpointed_size ?? c.state_size,
    subtasks: c.num_subtasks,
    acknowledged: c.num_acknowledged_subtasks,
    failure: oneLine(c.failure_message ?? ''),
    path: c.external_path ?? '',
  }))
}

/** How many of the last five that ended failed, and why the last one did; empty once a later one was completed. */
export function failuresOf(answer: Checkpoints): { readonly failedLately: number; readonly lastFailure: string } {
  const ended = answer.history.filter((c) => c.status !== 'IN_PROGRESS').sort((a, b) => Number(b.id - a.id))
  const done = [...ended.filter((c) => c.status === 'COMPLETED'), ...(answer.latest.completed ? [answer.latest.completed] : [])]
  const failed = [...ended.filter((c) => c.status === 'FAILED'), ...(answer.latest.failed ? [answer.latest.failed] : [])]
  const last = failed.find((c) => done.every((d) => d.id < c.id))
  return {
    failedLately: ended.slice(0, checkpointsLately).filter((c) => c.status === 'FAILED').length,
    lastFailure: oneLine(last?.failure_message ?? ''),
  }
}

/** The innermost cause in a Java stack trace, its first line; empty where there is only one exception. */
export function innermostCause(stack: string): string {
  const causes = stack.split('\n').filter((line) => line.startsWith('Caused by: '))
  return oneLine((causes.at(-1) ?? '').replace(/^Caused by: /, ''))
}

/** Exceptions the job manager remembers, each once; those of one millisecond are numbered in the order it lists them. */
export function exceptionRows(jid: string, answer: Exceptions): readonly ExceptionRow[] {
  const seen = new Map<number, bigint>()
  return (answer.exceptionHistory?.entries ?? []).map((e) => {
    const nth = seen.get(e.timestamp) ?? 0n
    seen.set(e.timestamp, nth + 1n)
    return {
      jid,
      at: new Date(e.timestamp),
      nth,
      exception: e.exceptionName,
      message: oneLine(e.stacktrace),
      cause: innermostCause(e.stacktrace),
      task: e.taskName ?? '',
      taskManager: e.taskManagerId ?? '',
      endpoint: e.endpoint ?? '',
      stack: e.stacktrace.slice(0, maxStack),
    }
  })
}
