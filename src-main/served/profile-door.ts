// One process owns a profile. Another one of the same user asks it through a socket below the profile's folder, over the same contract
// as a page; the folder of the socket is nobody else's to enter. Windows has no such folder, and a very long path does not fit into a
// socket's address: then there is no door, and a second process is told that the profile is busy.
import { lstat, mkdir, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { WebSocket, WebSocketServer } from 'ws'
import { type Frames, socketFrames } from '../../shared/contract/frames.ts'
import { throughTheDoor } from '../net/tripwire.ts'
import { MAX_PAYLOAD_BYTES, type ServableHost, SOCKET_PATH } from './serve-host.ts'

/** Longest path that the address of a local socket holds on every system. */
const MOST_PATH_BYTES = 100
/** A process that has just ended may leave its socket behind: nobody opens it then. */
const OPENED_WITHIN_MS = 2_000

function doorOf(profile: string): string | undefined {
  const path = join(resolve(profile), 'door', 'socket')
  return process.platform === 'win32' || Buffer.byteLength(path) > MOST_PATH_BYTES ? undefined : path
}

/** Shuts a door and ends those who ask through it. */
export type ShutDoor = () => Promise<void>

/** Opens the door of a profile that this process owns; without one all else works: `fault` is told why. */
export async function openProfileDoor(
  profile: string,
  host: Pick<ServableHost, 'attach'>,
  fault: (message: string) => void,
): Promise<ShutDoor> {
  const path = doorOf(profile)
  try {
    if (path !== undefined) return await open(path, host, fault)
  } catch (thrown) {
    fault(thrown instanceof Error ? thrown.message : String(thrown))
  }
  return async () => undefined
}

/** A socket left by a dead owner is replaced: this process owns the profile. */
async function open(path: string, host: Pick<ServableHost, 'attach'>, fault: (message: string) => void): Promise<ShutDoor> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  if (!(await isOurs(dirname(path)))) throw new Error(`${dirname(path)} is not a folder of this user alone`)
  await rm(path, { force: true })
  const server = createServer((_request, response) => response.writeHead(404).end())
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_PAYLOAD_BYTES, perMessageDeflate: false })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    if (request.url !== SOCKET_PATH) {
      socket.destroy()
      return
    }
    sockets.handleUpgrade(request, socket, head, (asking) => {
      asking.on('error', () => asking.terminate())
      host.attach(socketFrames(asking))
    })
  })
  await new Promise<void>((listening, reject) => {
    server.once('error', reject)
    server.listen(path, listening)
  })
  server.on('error', (error) => fault(error.message)) // of one who asks: the others are answered
  return async () => {
    for (const asking of sockets.clients) asking.terminate()
    const closed = new Promise<void>((done) => server.close(() => done()))
    server.closeAllConnections()
    await closed
  }
}

/** A real folder, of this user, that nobody else may enter: whoever made it for us could listen in it. */
async function isOurs(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined)
  return found?.isDirectory() === true && found.uid === process.getuid?.() && (found.mode & 0o077) === 0
}

/** The host that owns a profile, where another process does; undefined where nobody opens. */
export async function knock(profile: string): Promise<Frames | undefined> {
  const path = doorOf(profile)
  if (path === undefined || !(await isOurs(dirname(path)))) return undefined
  const socket = new WebSocket(`ws://localhost${SOCKET_PATH}`, {
    createConnection: () => throughTheDoor(() => connect(path)),
    handshakeTimeout: OPENED_WITHIN_MS,
    perMessageDeflate: false,
  })
  return await new Promise((opened) => {
    socket.once('open', () => opened(socketFrames(socket)))
    socket.once('error', () => opened(undefined))
  })
}
