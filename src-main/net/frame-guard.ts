/** Watches the length prefix of Kafka frames on a socket, because the driver buffers whatever length it is told. */

export interface FrameGuard {
  /** Feeds received bytes; returns why the stream must be dropped, once something is wrong. */
  feed(chunk: Buffer): string | undefined
}

/** A frame is a 4-byte length and that many bytes; the shortest one holds a correlation id (4 bytes). */
export function createFrameGuard(maxFrameBytes: number): FrameGuard {
  const head = Buffer.alloc(4)
  let headBytes = 0
  let bodyLeft = 0
  return {
    feed: (chunk) => {
      let at = 0
      while (at < chunk.length) {
        if (bodyLeft > 0) {
          const taken = Math.min(bodyLeft, chunk.length - at)
          bodyLeft -= taken
          at += taken
          continue
        }
        head[headBytes] = chunk[at] ?? 0
        headBytes += 1
        at += 1
        if (headBytes < 4) continue
        headBytes = 0
        const length = head.readInt32BE(0)
        if (length < 4) return `an answer of ${length} bytes was announced, shorter than any can be`
        if (length > maxFrameBytes) return `an answer of ${length} bytes was announced, more than the ${maxFrameBytes} accepted`
        bodyLeft = length
      }
      return undefined
    },
  }
}
