import { describe, expect, it } from 'vitest'
import type { Checkpoint, Checkpoints } from './answers.ts'
import { failuresOf } from './job-events.ts'

const checkpoint = (id: number, status: 'COMPLETED' | 'FAILED' | 'IN_PROGRESS', failure_message?: string): Checkpoint => ({
  id: BigInt(id),
  status,
  is_savepoint: false,
  trigger_timestamp: id,
  latest_ack_timestamp: id,
  end_to_end_duration: 1,
  state_size: 1n,
  num_subtasks: 1,
  num_acknowledged_subtasks: 1,
  failure_message,
})
const answer = (history: readonly Checkpoint[], latest: Checkpoints['latest'] = {}): Checkpoints => ({
  counts: { completed: 1, failed: 1 },
  latest,
  history: [...history],
})

describe('the last failure of a checkpoint', () => {
  const old = checkpoint(3, 'FAILED', 'Checkpoint expired before completing.')
  const done = checkpoint(900, 'COMPLETED')

  it('is none once a later one was completed, in the history or before it', () => {
    expect(failuresOf(answer([checkpoint(901, 'IN_PROGRESS'), done], { completed: done, failed: old })).lastFailure).toBe('')
    expect(failuresOf(answer([done, checkpoint(899, 'FAILED', 'Disk full.')], { completed: done }))).toEqual({
      failedLately: 1,
      lastFailure: '',
    })
  })

  it('is told while nothing was completed since, also where the history no longer has it', () => {
    const failed = checkpoint(901, 'FAILED', 'Disk full.\n\tat a.B(C.java:1)')
    expect(failuresOf(answer([failed, done], { completed: done, failed: old })).lastFailure).toBe('Disk full.')
    expect(failuresOf(answer([checkpoint(902, 'IN_PROGRESS')], { completed: done, failed })).lastFailure).toBe('Disk full.')
    expect(failuresOf(answer([], { failed: old })).lastFailure).toBe('Checkpoint expired before completing.')
  })
})
