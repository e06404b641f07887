// The body of an answer as text: decompressed under a cap, so that a small answer cannot become a huge one, and decoded as what it says it is.
import { pipeline, type Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { AppError } from '../../shared/model/app-error.ts'
import { type HttpHead, socketError } from '../net/http-connection.ts'

/** Most bytes of one answer, after decompression. */
export const maxAnswerBytes = 32 * 1024 * 1024

interface Where {
  readonly system: string
  readonly target: string
}

function decoded(head: HttpHead, where: Where): Readable {
  const encoding = String(head.headers['content-encoding'] ?? 'identity').toLowerCase()
  const decoder =
    encoding === 'gzip' || encoding === 'x-gzip'
      ? createGunzip()
      : encoding === 'deflate'
        ? createInflate()
        : encoding === 'br'
          ? createBrotliDecompress()
          : undefined
  if (decoder !== undefined) return pipeline(head.body, decoder, () => {})
  if (encoding === 'identity') return head.body
  throw new AppError('protocol', `${where.target} answered in an encoding nobody asked for (${encoding.slice(0, 40)}).`, where)
}

/** Reads the whole body. too-large: more than 32 MiB decoded; timeout, cancelled: cut off; protocol: it ended early or is damaged. */
export async function answerText(head: HttpHead, where: Where): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  try {
    for await (const part of decoded(head, where) as AsyncIterable<Buffer>) {
      bytes += part.length
      if (bytes > maxAnswerBytes)
        throw new AppError('too-large', `${where.target} answered with more than ${maxAnswerBytes / 1024 / 1024} MiB.`, where)
      parts.push(part)
    }
    if (!head.body.complete) throw new AppError('protocol', `${where.target} ended its answer too early.`, where)
    return textOf(Buffer.concat(parts), String(head.headers['content-type'] ?? ''), where)
  } catch (thrown) {
    const cut = head.cutOff()
    if (cut !== undefined) throw cut
    if (thrown instanceof AppError) throw thrown
    const isZlib = thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('Z_')
    if (isZlib) throw new AppError('protocol', `The compressed answer of ${where.target} is damaged.`, { ...where, cause: thrown })
    const error = socketError(thrown, where)
    throw error.data.code === 'unreachable'
      ? new AppError('protocol', `${where.target} ended its answer too early.`, { ...where, cause: thrown })
      : error
  } finally {
    head.body.destroy()
    head.end()
  }
}

function textOf(body: Buffer, contentType: string, where: Where): string {
  const label = /charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(label, { fatal: true }).decode(body)
  } catch {
    throw new AppError('protocol', `The answer of ${where.target} is no ${label.slice(0, 40)} text.`, where)
  }
}

/** The beginning of a text for a message: one line, visible characters only, at most 200. */
export function safeStart(text: string): string {
  return text
    .slice(0, 400)
    .replaceAll(/[\s\p{Cc}\p{Cf}\p{Co}\p{Cs}]+/gu, ' ')
    .trim()
    .slice(0, 200)
}
