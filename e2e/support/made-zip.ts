// Archives made byte by byte, so that a test can make each header say what it wants: for files that no honest program writes.
import { crc32, deflateRawSync } from 'node:zlib'

export interface MadeEntry {
  readonly name: string
  readonly data: Buffer | string
  readonly deflate?: boolean
  /** What the entry's own header calls it. */
  readonly localName?: string
  readonly method?: number
  readonly flags?: number
  /** Unix mode, in the directory. */
  readonly mode?: number
  /** What the directory says instead of the truth. */
  readonly claims?: { readonly size?: number; readonly packed?: number; readonly offset?: number; readonly crc?: number }
  /** What the entry's own header says instead of the truth. */
  readonly localClaims?: { readonly size?: number; readonly packed?: number; readonly method?: number }
  /** Extra field of the directory, whole. */
  readonly extra?: Buffer
}
export interface MadeZip {
  readonly before?: Buffer
  readonly between?: Buffer
  readonly after?: Buffer
  readonly comment?: string
  readonly claims?: { readonly entries?: number; readonly directoryOffset?: number }
  /** Adds ZIP64 end records that say this. */
  readonly zip64?: { readonly entries: bigint; readonly directoryOffset?: bigint; readonly locatorOffset?: bigint }
}

/** The bytes of an archive. */
export function makeZip(entries: readonly MadeEntry[], zip: MadeZip = {}): Buffer {
  const chunks: Buffer[] = [zip.before ?? Buffer.alloc(0)]
  let at = chunks[0]?.length ?? 0
  const add = (bytes: Buffer): void => {
    chunks.push(bytes)
    at += bytes.length
  }
  const directory: Buffer[] = []
  for (const entry of entries) {
    const data = Buffer.from(entry.data)
    const packed = entry.deflate === true ? deflateRawSync(data, { level: 9 }) : data
    const method = entry.method ?? (entry.deflate === true ? 8 : 0)
    const crc = entry.claims?.crc ?? crc32(data)
    const offset = entry.claims?.offset ?? at
    const localName = Buffer.from(entry.localName ?? entry.name)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(20, 4)
    local.writeUInt16LE(entry.flags ?? 0, 6)
    local.writeUInt16LE(entry.localClaims?.method ?? method, 8)
    local.writeUInt32LE(crc, 14)
    local.writeUInt32LE(entry.localClaims?.packed ?? packed.length, 18)
    local.writeUInt32LE(entry.localClaims?.size ?? data.length, 22)
    local.writeUInt16LE(localName.length, 26)
    add(Buffer.concat([local, localName, packed]))
    const name = Buffer.from(entry.name)
    const extra = entry.extra ?? Buffer.alloc(0)
    const head = Buffer.alloc(46)
    head.writeUInt32LE(0x02014b50, 0)
    head.writeUInt16LE((3 << 8) | 20, 4)
    head.writeUInt16LE(20, 6)
    head.writeUInt16LE(entry.flags ?? 0, 8)
    head.writeUInt16LE(method, 10)
    head.writeUInt32LE(crc, 16)
    head.writeUInt32LE(entry.claims?.packed ?? packed.length, 20)
    head.writeUInt32LE(entry.claims?.size ?? data.length, 24)
    head.writeUInt16LE(name.length, 28)
    head.writeUInt16LE(extra.length, 30)
    head.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 38)
    head.writeUInt32LE(offset, 42)
    directory.push(Buffer.concat([head, name, extra]))
  }
  add(zip.between ?? Buffer.alloc(0))
  const start = at
  for (const one of directory) add(one)
  const size = at - start
  if (zip.zip64 !== undefined) {
    const record = Buffer.alloc(56)
    record.writeUInt32LE(0x06064b50, 0)
    record.writeBigUInt64LE(44n, 4)
    record.writeBigUInt64LE(zip.zip64.entries, 24)
    record.writeBigUInt64LE(zip.zip64.entries, 32)
    record.writeBigUInt64LE(BigInt(size), 40)
    record.writeBigUInt64LE(zip.zip64.directoryOffset ?? BigInt(start), 48)
    const locator = Buffer.alloc(20)
    locator.writeUInt32LE(0x07064b50, 0)
    locator.writeBigUInt64LE(zip.zip64.locatorOffset ?? BigInt(at), 8)
    locator.writeUInt32LE(1, 16)
    add(record)
    add(locator)
  }
  const comment = Buffer.from(zip.comment ?? '')
  const end = Buffer.alloc(22)
  const count = zip.claims?.entries ?? (zip.zip64 === undefined ? entries.length : 0xffff)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(count, 8)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(size, 12)
  end.writeUInt32LE(zip.claims?.directoryOffset ?? start, 16)
  end.writeUInt16LE(comment.length, 20)
  add(Buffer.concat([end, comment, zip.after ?? Buffer.alloc(0)]))
  return Buffer.concat(chunks)
}
