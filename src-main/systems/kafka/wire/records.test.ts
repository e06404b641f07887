import zlib from 'node:zlib'
import { crc32c, createRecordsBatch } from '@platformatic/kafka'
import { compressFrame } from 'lz4-napi'
import { compressSync } from 'snappy'
import { describe, expect, test } from 'vitest'
import { AppError } from '../../../../shared/model/app-error.ts'
import { decompress, maxBatchBytes } from './decompress.ts'
import { type Batch, batchFates, readBatches, readRecords } from './records.ts'

const bytesOf = (values: readonly string[], baseOffset = 0n): Buffer => {
  const bytes = createRecordsBatch(
    values.map((value) => ({ topic: 't', key: Buffer.from('k'), value: Buffer.from(value), timestamp: 1_000n })),
  ).buffer
  bytes.writeBigInt64BE(baseOffset, 0)
  return bytes
}
const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'nothing thrown'
  } catch (thrown) {
    return thrown instanceof AppError ? thrown.data.code : String(thrown)
  }
}
const reseal = (bytes: Buffer): Buffer => {
  bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17)
  return bytes
}

describe('record batches', () => {
  test('records before the offset asked for are left out: brokers answer with whole batches', () => {
    const [batch] = readBatches(bytesOf(['a', 'b', 'c'], 95n))
    expect(batch?.head).toMatchObject({ baseOffset: 95n, lastOffset: 97n, codec: 'none', recordCount: 3 })
    expect(readRecords(batch as Batch, 97n).map((r) => [r.offset, r.value?.toString()])).toEqual([[97n, 'c']])
  })
  test('a batch cut off by the size limit is left out', () => {
    const two = Buffer.concat([bytesOf(['a']), bytesOf(['b'], 1n)])
    expect(readBatches(two.subarray(0, two.length - 1))).toHaveLength(1)
  })
  test('a broken checksum is protocol', () => {
    const bytes = bytesOf(['a'])
    bytes[bytes.length - 2] = (bytes[bytes.length - 2] ?? 0) ^ 1
    expect(codeOf(() => readBatches(bytes))).toBe('protocol')
  })
  test.each([-1, 0, 48])('a batch length of %d is protocol', (length) => {
    const bytes = bytesOf(['a'])
    bytes.writeInt32BE(length, 8)
    expect(codeOf(() => readBatches(bytes))).toBe('protocol')
  })
  test('more records than bytes is protocol', () => {
    const bytes = bytesOf(['a'])
    bytes.writeInt32BE(2 ** 31 - 1, 57)
    const [batch] = readBatches(reseal(bytes))
    expect(codeOf(() => readRecords(batch as Batch, 0n))).toBe('protocol')
  })
  test('an old message format is named as unsupported', () => {
    const bytes = bytesOf(['a'])
    bytes.writeInt8(1, 16)
    expect(codeOf(() => readBatches(bytes))).toBe('unsupported')
  })
  test('a transaction between its first offset and its abort marker is aborted, other producers are not', () => {
    const [template] = readBatches(bytesOf(['x']))
    if (template === undefined) throw new Error('no batch')
    const at = (offset: bigint, producerId: bigint, more: object = {}): Batch => ({
      ...template,
      head: { ...template.head, baseOffset: offset, lastOffset: offset, producerId, transactional: true, ...more },
    })
    const marker = (type: number): Buffer => {
      const bytes = createRecordsBatch([{ topic: 't', key: Buffer.from([0, 0, 0, type]), value: Buffer.alloc(6), timestamp: 1n }]).buffer
      return bytes.subarray(61)
    }
    const batches = [
      at(0n, 1n),
      at(1n, 2n),
      { ...at(2n, 1n, { control: true }), body: marker(0) },
      at(3n, 1n),
      { ...at(4n, 2n, { control: true }), body: marker(1) },
    ]
    expect(batchFates(batches, [{ producerId: 1n, firstOffset: 0n }])).toEqual(['aborted', 'visible', 'control', 'visible', 'control'])
  })
})

describe('decompression', () => {
  const plain = Buffer.from('landscope '.repeat(1_000))
  const zstd = zlib.zstdCompressSync
  test.each([
    ['gzip', zlib.gzipSync(plain)],
    ['snappy', compressSync(plain)],
    ['zstd', typeof zstd === 'function' ? zstd(plain) : Buffer.alloc(0)],
  ] as const)('%s is unpacked', (codec, packed) => {
    expect(decompress(codec, packed).equals(plain)).toBe(true)
  })
  test('lz4 is unpacked', async () => {
    expect(decompress('lz4', await compressFrame(plain)).equals(plain)).toBe(true)
  })
  test('a bomb is refused as too large before it takes its memory', () => {
    const before = process.memoryUsage().rss
    const bomb = zlib.gzipSync(Buffer.alloc(maxBatchBytes + 1))
    const claimed = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0])
    const blocks = Buffer.concat(Array.from({ length: 5_000 }, () => Buffer.concat([Buffer.from([0x10, 1, 0, 0]), Buffer.alloc(0x110)])))
    const lz4 = Buffer.concat([Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73]), blocks])
    expect(codeOf(() => decompress('gzip', bomb))).toBe('too-large')
    expect(codeOf(() => decompress('snappy', claimed))).toBe('too-large')
    expect(codeOf(() => decompress('lz4', lz4))).toBe('too-large')
    if (typeof zstd === 'function') expect(codeOf(() => decompress('zstd', zstd(Buffer.alloc(maxBatchBytes + 1))))).toBe('too-large')
    expect(process.memoryUsage().rss - before).toBeLessThan(4 * maxBatchBytes)
  })
  test.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('bytes that are not %s are protocol', (codec) => {
    expect(codeOf(() => decompress(codec, Buffer.from('certainly not compressed')))).toBe('protocol')
  })
})
