/** What a frame must be before anything looks into it: a text of bounded size and depth, in the shape of a request. */

/** Largest request frame in characters; pages ask small questions (a pasted text has at most 20,000). */
export const MAX_REQUEST_CHARS = 1_000_000
/** Deepest nesting of a request. */
export const MAX_REQUEST_DEPTH = 32

/** A request as it crosses: id, kind (absent: call; 3: item of a stream; 4: cancel), payload. */
export interface RequestFrame {
  readonly i: string
  readonly t?: 3 | 4
  readonly p?: unknown
}
/** `id` is given where an answer can still be addressed to its call. */
export type Checked =
  | { readonly ok: true; readonly frame: RequestFrame }
  | { readonly ok: false; readonly code: 'too-large' | 'bad-request'; readonly why: string; readonly id?: string }

const idAtHead = /^\{"i":"([0-9a-zA-Z]{1,20})"/

/** Deepest nesting of brackets outside strings, counted without parsing; stops at `limit` + 1. */
export function depthOf(text: string, limit: number): number {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i)
    if (inString) {
      if (c === 92) i += 1
      else if (c === 34) inString = false
    } else if (c === 34) inString = true
    else if (c === 123 || c === 91) {
      depth += 1
      if (depth > deepest) deepest = depth
      if (deepest > limit) return deepest
    } else if (c === 125 || c === 93) depth -= 1
  }
  return deepest
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Judges one frame from the page. */
export function checkRequest(raw: unknown): Checked {
  if (typeof raw !== 'string') return { ok: false, code: 'bad-request', why: 'a frame is a text' }
  const id = idAtHead.exec(raw)?.[1]
  const at = id === undefined ? {} : { id }
  if (raw.length > MAX_REQUEST_CHARS) {
    return { ok: false, code: 'too-large', why: `a request of ${raw.length} characters; at most ${MAX_REQUEST_CHARS}`, ...at }
  }
  if (depthOf(raw, MAX_REQUEST_DEPTH) > MAX_REQUEST_DEPTH) {
    return { ok: false, code: 'bad-request', why: `nested deeper than ${MAX_REQUEST_DEPTH}`, ...at }
  }
  let parsed: unknown
  try {
    parsed = JSON.parse(raw)
  } catch {
    return { ok: false, code: 'bad-request', why: 'not JSON', ...at }
  }
  if (!isRecord(parsed) || typeof parsed.i !== 'string' || parsed.i.length > 20) return { ok: false, code: 'bad-request', why: 'no id' }
  const { i, t, p } = parsed
  if (t === 4) return { ok: true, frame: { i, t } }
  if (t !== undefined) return { ok: false, code: 'bad-request', why: 'a request streams nothing to the host', id: i }
  if (!isRecord(p) || typeof p.u !== 'string' || !/^\/[a-z/-]{1,100}$/.test(p.u) || p.m !== undefined || p.h !== undefined) {
    return { ok: false, code: 'bad-request', why: 'not a call of a procedure', id: i }
  }
  if (p.b !== undefined && (!isRecord(p.b) || 'maps' in p.b)) {
    return { ok: false, code: 'bad-request', why: 'not an input', id: i }
  }
  return { ok: true, frame: { i, p: { u: p.u, ...(p.b === undefined ? {} : { b: p.b }) } } }
}
