// Where the window stood, kept in a small file of the profile. A damaged file is the same as none.
import { readFileSync } from 'node:fs'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'

const schema = z.object({
  x: z.int().optional(),
  y: z.int().optional(),
  width: z.int().min(400).max(20_000),
  height: z.int().min(300).max(20_000),
  maximized: z.boolean(),
})

/** Bounds in device-independent pixels. Without `x` and `y` the system chooses the place. */
export type WindowState = z.infer<typeof schema>

interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const fresh: WindowState = { width: 1440, height: 900, maximized: false }

/** Reads the state; a place on no connected screen is forgotten, so that the window is never out of sight. */
export function readWindowState(file: string, screens: readonly Area[]): WindowState {
  let state: WindowState
  try {
    state = schema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return fresh
  }
  const { x, y, width, height, maximized } = state
  const inSight =
    x !== undefined &&
    y !== undefined &&
    screens.some((s) => x < s.x + s.width - 100 && x + width > s.x + 100 && y >= s.y - 10 && y < s.y + s.height - 100)
  return inSight ? state : { width, height, maximized }
}

/** Writes the state whole or not at all. */
export function writeWindowState(file: string, state: WindowState): void {
  writeFileAtomic.sync(file, `${JSON.stringify(state)}\n`)
}
