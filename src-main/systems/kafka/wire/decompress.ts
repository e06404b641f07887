/** Unpacks a record batch within a bound that is checked before memory is taken: a few kilobytes can claim to be gigabytes. */
import zlib from 'node:zlib'
import { compressionsAlgorithms } from '@platformatic/kafka'
import { Decompress } from 'fzstd'
import { AppError } from '../../../../shared/model/app-error.ts'

export const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
export type Codec = (typeof codecs)[number]

/** Largest unpacked batch; brokers take 1 MiB packed by default. */
export const maxBatchBytes = 64 * 1024 * 1024

function tooLarge(codec: Codec): AppError {
  return new AppError('too-large', `A ${codec} batch unpacks to more than ${maxBatchBytes} bytes; it was left packed.`, { system: 'kafka' })
}

const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])

/** The unpacked size a snappy block states at its head (unsigned varint). */
function snappyBlockBytes(block: Buffer): number {
  let size = 0
  for (let i = 0; i < 5; i++) {
    const byte = block[i] ?? 0
    size += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return size
  }
  return size
}

function snappyBytes(packed: Buffer): number {
  if (!packed.subarray(0, 8).equals(xerialMagic)) return snappyBlockBytes(packed)
  let total = 0
  for (let at = 16; at + 4 <= packed.length; ) {
    const length = packed.readUInt32BE(at)
    total += snappyBlockBytes(packed.subarray(at + 4, at + 9))
    at += 4 + length
  }
  return total
}

/** An upper bound from the LZ4 frame: each block unpacks to at most the frame's block size, and to at most 255 times its own. */
function lz4Bytes(packed: Buffer): number {
  const flags = packed[4] ?? 0
  const blockMax = 2 ** (8 + 2 * (((packed[5] ?? 0) >> 4) & 7))
  const blockChecksum = (flags & 0x10) === 0 ? 0 : 4
  let at = 7 + ((flags & 0x08) === 0 ? 0 : 8) + ((flags & 0x01) === 0 ? 0 : 4)
  let total = 0
  while (at + 4 <= packed.length) {
    const word = packed.readUInt32LE(at)
    const length = word & 0x7fffffff
    if (length === 0) break
    total += Math.min(blockMax, length * 255)
    at += 4 + length + blockChecksum
  }
  return total
}

function unpackZstd(packed: Buffer): Buffer {
  if (typeof zlib.zstdDecompressSync === 'function') return zlib.zstdDecompressSync(packed, { maxOutputLength: maxBatchBytes })
  const parts: Uint8Array[] = []
  let total = 0
  const stream = new Decompress((part) => {
    total += part.length
    if (total > maxBatchBytes) throw tooLarge('zstd')
    parts.push(part)
  })
  stream.push(packed, true)
  return Buffer.concat(parts)
}

/** Throws `too-large` above the bound and `protocol` for bytes that are not of the codec. */
export function decompress(codec: Codec, packed: Buffer): Buffer {
  if (codec === 'snappy' && snappyBytes(packed) > maxBatchBytes) throw tooLarge(codec)
  if (codec === 'lz4' && lz4Bytes(packed) > maxBatchBytes) throw tooLarge(codec)
  try {
    switch (codec) {
      case 'none':
        return packed
      case 'gzip':
        return zlib.gunzipSync(packed, { maxOutputLength: maxBatchBytes })
      case 'snappy':
        return compressionsAlgorithms.snappy.decompressSync(packed)
      case 'lz4':
        return compressionsAlgorithms.lz4.decompressSync(packed)
      case 'zstd':
        return unpackZstd(packed)
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    if ((cause as { readonly code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(codec)
    throw new AppError('protocol', `A batch says it is ${codec}, but its bytes are not.`, { system: 'kafka', cause })
  }
}
