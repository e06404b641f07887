// Free ports for servers that must know their port before they start.
import { createServer } from 'node:net'

// Below the range from which Linux takes the ports of outgoing connections (32768 and up): a server that is stopped and
// started again finds its port as it left it.
const FIRST = 15_000
const LAST = 32_000

const given = new Set<number>()

/** `count` ports on 127.0.0.1 on which nobody listens, none of them given twice by this process. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = []
  while (ports.length < count) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST))
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    ports.push(port)
  }
  return ports
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
