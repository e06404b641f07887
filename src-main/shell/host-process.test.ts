import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FromHost, HostState, ToHost } from '../host/shell-messages.ts'
import { CRASH_WINDOW_MS, type HostCrash, keepHost } from './host-process.ts'

interface FakeHost {
  readonly sent: { readonly message: ToHost; readonly port: string | undefined }[]
  killed: boolean
  answers: boolean
  say(message: FromHost): void
  die(code: number): void
}

function setUp() {
  const hosts: FakeHost[] = []
  const states: HostState[] = []
  const reports: (readonly HostCrash[])[] = []
  let channels = 0
  let nowMs = 0
  const keeper = keepHost<string>({
    fork: (on) => {
      const host: FakeHost = { sent: [], killed: false, answers: true, say: on.message, die: on.exit }
      hosts.push(host)
      return {
        send: (message, port) => {
          host.sent.push({ message, port })
          if (message.type === 'ping' && host.answers) on.message({ type: 'pong', n: message.n })
          if (message.type === 'close') on.exit(0)
        },
        kill: () => {
          host.killed = true
          on.exit(9)
        },
        lastLines: () => ['last words'],
      }
    },
    channel: () => {
      channels += 1
      return { page: `page ${channels}`, host: `host ${channels}` }
    },
    onMessage: () => {},
    onGone: () => {},
    onState: (state) => states.push(state),
    report: (crashes) => {
      reports.push(crashes)
      return '/profile/report.json'
    },
    now: () => nowMs,
    heartbeat: { everyMs: 1_000, openAtStart: 20, openLater: 5 },
  })
  const handed: string[] = []
  const page = (key: string) => ({ key, hand: (_id: number, port: string) => void handed.push(`${key}: ${port}`) })
  const host = (i: number): FakeHost => {
    const found = hosts[i]
    if (found === undefined) throw new Error(`no host ${i} was started`)
    return found
  }
  return { keeper, hosts, host, states, reports, handed, page, later: (ms: number) => (nowMs += ms) }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the host process', () => {
  it('hands one end of a channel to the page and the other to the host', () => {
    const { keeper, host, handed, page } = setUp()
    keeper.connect(page('load 1'))
    expect(handed).toEqual(['load 1: page 1'])
    expect(host(0).sent).toContainEqual({ message: { type: 'page', id: 1 }, port: 'host 1' })
  })

  it('is started again when it dies, and the page that asks then gets a port of the new one', () => {
    const { keeper, hosts, host, handed, page, states } = setUp()
    keeper.connect(page('load 1'))
    host(0).die(9)
    keeper.connect(page('load 1'))
    expect(hosts).toHaveLength(2)
    expect(handed).toEqual(['load 1: page 1', 'load 1: page 2'])
    expect(host(1).sent).toContainEqual({ message: { type: 'page', id: 2 }, port: 'host 2' })
    expect(states).toEqual([{ state: 'running' }, { state: 'starting' }, { state: 'running' }].slice(-states.length))
  })

  it('closes the port of a load that asks for another, so that a load never holds two', () => {
    const { keeper, host, handed, page } = setUp()
    keeper.connect(page('load 1'))
    keeper.connect(page('load 2'))
    keeper.connect(page('load 1'))
    expect(handed).toEqual(['load 1: page 1', 'load 2: page 2', 'load 1: page 3'])
    expect(host(0).sent.filter(({ message }) => message.type === 'drop-page')).toEqual([
      { message: { type: 'drop-page', id: 1 }, port: undefined },
    ])
  })

  it('is killed and started again when it no longer answers', () => {
    const { host, hosts } = setUp()
    host(0).answers = false
    vi.advanceTimersByTime(5_900)
    expect(host(0).killed).toBe(false)
    vi.advanceTimersByTime(1_100)
    expect(host(0).killed).toBe(true)
    expect(hosts).toHaveLength(2)
  })

  it('is given up after three deaths in five minutes, with a report of each', () => {
    const { keeper, hosts, host, states, reports, handed, page } = setUp()
    for (const i of [0, 1, 2]) host(i).die(134)
    expect(hosts).toHaveLength(3)
    expect(states.at(-1)).toEqual({ state: 'stopped', report: '/profile/report.json' })
    expect(reports[0]).toHaveLength(3)
    expect(reports[0]?.[2]).toMatchObject({ code: 134, frozen: false, lastLines: ['last words'] })
    keeper.connect(page('load 1'))
    expect(handed).toEqual([])
    keeper.startAgain()
    expect(handed).toEqual(['load 1: page 1'])
  })

  it('does not add up deaths that lie more than five minutes apart', () => {
    const { hosts, host, later, states } = setUp()
    for (const i of [0, 1, 2, 3]) {
      host(i).die(1)
      later(CRASH_WINDOW_MS / 2 + 1)
    }
    expect(hosts).toHaveLength(5)
    expect(states.at(-1)).toEqual({ state: 'running' })
  })

  it('opens again what the one before had open', () => {
    const { host } = setUp()
    host(0).say({ type: 'files', paths: ['/a.lsnap', '/b.lsnap'] })
    host(0).say({ type: 'files', paths: ['/b.lsnap'] })
    host(0).die(9)
    expect(host(1).sent.filter(({ message }) => message.type === 'open')).toEqual([
      { message: { type: 'open', file: '/b.lsnap', again: true }, port: undefined },
    ])
  })

  it('is not started again when it was asked to close', async () => {
    const { keeper, hosts } = setUp()
    await keeper.close()
    expect(hosts).toHaveLength(1)
  })

  it('gets what was sent while there was none', () => {
    const { keeper, host } = setUp()
    for (const i of [0, 1, 2]) host(i).die(1)
    keeper.send({ type: 'open', file: '/a.lsnap' })
    keeper.startAgain()
    expect(host(3).sent).toContainEqual({ message: { type: 'open', file: '/a.lsnap' }, port: undefined })
  })
})
