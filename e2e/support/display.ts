// A display for windows: an own Xvfb on a number that it finds free itself, which ends with the test.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProcess, waitFor } from './process.ts'

export interface Display {
  /** Value for `DISPLAY`. */
  readonly name: string
  close(): Promise<void>
}

/**
 * Starts an Xvfb of 1600 × 1000. Rejects where there is none.
 * @param open lets windows of other users in, by its local socket alone
 */
export async function startDisplay({ open = false }: { readonly open?: boolean } = {}): Promise<Display> {
  const folder = await mkdtemp(join(tmpdir(), 'display-'))
  const logFile = join(folder, 'xvfb.log')
  try {
    const xvfb = await startProcess({
      name: 'Xvfb',
      command: 'Xvfb',
      args: ['-displayfd', '1', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp', '-noreset', ...(open ? ['-ac'] : [])],
      logFile,
    })
    const number = async (): Promise<string | undefined> => /^(\d+)$/m.exec(await readFile(logFile, 'utf8'))?.[1]
    await waitFor('Xvfb tells its number', async () => (await number()) !== undefined, { withinMs: 15_000, everyMs: 20, processes: [xvfb] })
    return {
      name: `:${await number()}`,
      close: async () => {
        await xvfb.stop()
        await rm(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}
