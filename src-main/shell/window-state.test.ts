import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readWindowState, writeWindowState } from './window-state.ts'

const folder = mkdtempSync(join(tmpdir(), 'window-state-'))
const file = join(folder, 'window.json')
const screens = [{ x: 0, y: 0, width: 1920, height: 1080 }]
const fresh = { width: 1440, height: 900, maximized: false }

afterAll(() => rmSync(folder, { recursive: true }))

describe('the window state', () => {
  it('comes back as it was written', () => {
    const state = { x: 10, y: 20, width: 1000, height: 700, maximized: true }
    writeWindowState(file, state)
    expect(readWindowState(file, screens)).toEqual(state)
  })

  it('forgets a place on a screen that is gone', () => {
    writeWindowState(file, { x: 3000, y: 20, width: 1000, height: 700, maximized: false })
    expect(readWindowState(file, screens)).toEqual({ width: 1000, height: 700, maximized: false })
  })

  it.each(['', '{', 'null', '[]', '{"width":"a","height":1,"maximized":1}', '{"width":1e9,"height":900,"maximized":false}', '\0\0\0'])(
    'starts afresh from the damaged file %j',
    (text) => {
      writeFileSync(file, text)
      expect(readWindowState(file, screens)).toEqual(fresh)
    },
  )

  it('starts afresh without a file', () => {
    expect(readWindowState(join(folder, 'none.json'), screens)).toEqual(fresh)
  })
})
