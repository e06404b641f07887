/** The one owner of a profile's database file: one writer, a few readers, closed and opened again when the engine gives up. */
import { mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as soon } from 'node:timers/promises'
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { AppError } from '../../shared/model/app-error.ts'
import { compact } from './compact.ts'
import { damagedFile, isCorrupt, isFatal, openInstance, setAside } from './damage.ts'
import type { Notice } from './store-types.ts'

/** Each running statement holds a thread of the pool of libuv: few readers, so that files and names still resolve. */
const readers = 3
/** The engine does not notice a second instance on one file in the same process, and would damage it. */
const owned = new Set<string>()

interface Open {
  readonly instance: DuckDBInstance
  readonly writer: DuckDBConnection
  readonly idle: DuckDBConnection[]
  readonly all: readonly DuckDBConnection[]
}

export interface Database {
  readonly path: string
  /** Runs alone on the writing connection. */
  write<T>(work: (c: DuckDBConnection) => Promise<T>): Promise<T>
  /** Runs in a read transaction: all statements see one moment. */
  read<T>(work: (c: DuckDBConnection) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** A queue of one. */
function mutex(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const run = last.then(work, work)
    last = run.catch(() => undefined)
    return run
  }
}

/**
 * Opens `folder/store.duckdb`. `prepare` runs on the writer after every opening: tables, and the present from the past.
 * busy: another owner, in this process or another.
 */
export async function openDatabase(
  folder: string,
  now: () => Date,
  prepare: (c: DuckDBConnection) => Promise<void>,
  told: (notice: Notice) => void,
): Promise<Database> {
  mkdirSync(folder, { recursive: true })
  const path = join(realpathSync(folder), 'store.duckdb')
  const spill = join(realpathSync(folder), 'store.tmp')
  mkdirSync(spill, { recursive: true })
  if (owned.has(path)) throw new AppError('busy', 'This profile is already open in this process.')
  owned.add(path)
  const options = {
    memory_limit: '256MB',
    // A second one makes a page a fifth faster and lets the event loop wait half as long again.
    threads: '1',
    temp_directory: spill,
    // Memory that is not used any more goes back to the system after some seconds, also when nobody asks.
    allocator_background_threads: 'true',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  }
  const alone = mutex()
  const waiting: ((c: DuckDBConnection) => void)[] = []
  const running = new Set<Promise<unknown>>()
  let closed = false
  let open: Open

  async function connect(instance: DuckDBInstance): Promise<Open> {
    const writer = await instance.connect()
    await writer.run("attach ':memory:' as live")
    await writer.run("set timezone = 'UTC'")
    await prepare(writer)
    const idle = await Promise.all(Array.from({ length: readers }, () => instance.connect()))
    return { instance, writer, idle: [...idle], all: [writer, ...idle] }
  }
  async function start(): Promise<Open> {
    await compact(path, options).catch(() => false)
    const { instance, notices } = await openInstance(path, options, now())
    for (const notice of notices) told(notice)
    try {
      return await connect(instance)
    } catch (thrown) {
      instance.closeSync()
      if (!isCorrupt(thrown)) throw thrown
      told(damagedFile(setAside([path, `${path}.wal`], now()), now()))
      return connect((await openInstance(path, options, now())).instance)
    }
  }
  /** Ends what runs and closes; the engine must not be closed under a running statement. */
  async function shut(what: Open): Promise<void> {
    while (running.size > 0) {
      for (const c of what.all) c.interrupt()
      await Promise.race([Promise.allSettled(running), soon(20)])
    }
    for (const c of what.all) c.closeSync()
    what.instance.closeSync()
  }
  function broken(thrown: unknown): boolean {
    return isFatal(thrown) || /Corrupt database file/i.test(thrown instanceof Error ? thrown.message : '')
  }
  /** After a FATAL or damage the instance refuses everything: begin again on the same file, or on a new one where this one is damaged. */
  async function reopen(thrown: unknown, what: Open): Promise<void> {
    if (closed || open !== what) return
    await shut(what)
    if (!isFatal(thrown)) told(damagedFile(setAside([path, `${path}.wal`], now()), now()))
    open = await start()
    for (let c = open.idle.pop(); c !== undefined; c = open.idle.pop()) {
      const give = waiting.shift()
      if (give !== undefined) give(c)
      else {
        open.idle.push(c)
        break
      }
    }
  }
  function take(): Promise<DuckDBConnection> {
    const c = open.idle.pop()
    return c === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(c)
  }
  function giveBack(c: DuckDBConnection, from: Open): void {
    if (from !== open) return
    const next = waiting.shift()
    if (next === undefined) open.idle.push(c)
    else next(c)
  }
  function refuseClosed(): void {
    if (closed) throw new AppError('cancelled', 'The store is closed.')
  }
  async function readOn<T>(c: DuckDBConnection, work: (c: DuckDBConnection) => Promise<T>): Promise<T> {
    refuseClosed()
    try {
      await c.run('begin transaction read only')
      const answer = await work(c)
      await c.run('commit')
      return answer
    } catch (thrown) {
      if (!broken(thrown)) await c.run('rollback').catch(() => undefined)
      throw thrown
    }
  }

  try {
    open = await start()
  } catch (thrown) {
    owned.delete(path)
    throw thrown
  }
  return {
    path,
    write: (work) =>
      alone(async () => {
        refuseClosed()
        const mine = open
        try {
          return await work(mine.writer)
        } catch (thrown) {
          if (broken(thrown)) await reopen(thrown, mine)
          throw thrown
        }
      }),
    read: async (work) => {
      refuseClosed()
      const c = await take()
      const mine = open
      const run = readOn(c, work)
      running.add(run)
      try {
        return await run
      } catch (thrown) {
        running.delete(run)
        if (broken(thrown)) await alone(() => reopen(thrown, mine))
        throw thrown
      } finally {
        running.delete(run)
        giveBack(c, mine)
      }
    },
    close: () =>
      alone(async () => {
        if (closed) return
        closed = true
        await shut(open)
        for (const give of waiting.splice(0)) give(open.writer)
        owned.delete(path)
      }),
  }
}
