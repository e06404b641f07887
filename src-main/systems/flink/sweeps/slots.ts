/** Which jobs run where: a few task managers in turn, those somebody looks at first. */
import { AppError } from '../../../../shared/model/app-error.ts'
import type { Asked, Out } from '../../../../shared/model/connector.ts'
import type { flink } from '../../../../shared/systems/flink/system.ts'
import { fromPlace, type Work } from '../memory.ts'
import { getTaskManager, listTaskManagers } from '../rest.ts'

type All = (typeof flink)['collections']
const inTurn = 3

export async function sweepSlots(work: Work, out: Out<All, 'slots'>, asked: Asked<All['slots']>): Promise<void> {
  const { rest, memory } = work
  if (memory.taskManagers.length === 0) memory.taskManagers = (await listTaskManagers(rest, asked.signal)).map((m) => m.id)
  const alive = new Set(memory.taskManagers)
  const wanted = asked.wanted.map((w) => w.taskManager).filter((id) => alive.has(id))
  const others = fromPlace(memory.taskManagers, memory.nextTaskManager).filter((id) => !wanted.includes(id))
  memory.nextTaskManager += inTurn
  const read: string[] = []
  for (const taskManager of [...wanted, ...others.slice(0, asked.first ? 10 : inTurn)]) {
    try {
      const { allocatedSlots = [] } = await getTaskManager(rest, taskManager, asked.signal)
      const byJob = new Map<string, number>()
      for (const { jobId } of allocatedSlots) byJob.set(jobId, (byJob.get(jobId) ?? 0) + 1)
      out.put(
        'slots',
        [...byJob].map(([jid, slots]) => ({ taskManager, jid, slots })),
        { scopes: [{ taskManager }] },
      )
      read.push(taskManager)
      memory.toldSlots.add(taskManager)
    } catch (thrown) {
      if (!(thrown instanceof AppError && thrown.data.code === 'not-found')) throw thrown
    }
  }
  const gone = [...memory.toldSlots].filter((id) => !alive.has(id))
  for (const id of gone) memory.toldSlots.delete(id)
  if (gone.length > 0) out.put('slots', [], { scopes: gone.map((taskManager) => ({ taskManager })) })
  if (asked.first) {
    const unread = [...alive].filter((id) => !read.includes(id))
    out.put('slots', [], { except: 'task managers whose turn has not come', reason: 'not-yet', where: { taskManager: unread } })
  }
}
