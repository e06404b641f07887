// Reads the request lines out of what an HTTP/1.1 client sends, over kept-alive connections and past bodies.

export interface HttpRequestLine {
  readonly method: string
  /** Path without the query. */
  readonly path: string
  /** Size of the request with its head and body, chunk framing included. */
  readonly bytes: number
}

type State =
  | { readonly at: 'head' }
  | { readonly at: 'body'; left: number }
  | { readonly at: 'chunk-size' }
  | { readonly at: 'chunk'; left: number }
  | { readonly at: 'trailer' }

/** A sink for what a client sends; calls back once per request, when its last byte has passed. */
export function httpRequests(seen: (request: HttpRequestLine) => void): (chunk: Buffer) => void {
  let pending = ''
  let state: State = { at: 'head' }
  let current = { method: '', path: '', bytes: 0 }
  const finish = (): void => {
    seen(current)
    state = { at: 'head' }
  }
  /** The text up to and with `end`, or undefined when it has not all come. */
  const take = (end: string): string | undefined => {
    const index = pending.indexOf(end)
    if (index < 0) return undefined
    const taken = pending.slice(0, index + end.length)
    pending = pending.slice(taken.length)
    current.bytes += taken.length
    return taken
  }
  const head = (): boolean => {
    current = { method: '', path: '', bytes: 0 }
    const text = take('\r\n\r\n')
    if (text === undefined) return false
    const [method = '', target = ''] = text.split(' ', 2)
    current.method = method
    current.path = target.split('?')[0] ?? target
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0)
    if (/\r\ntransfer-encoding:.*chunked/i.test(text)) state = { at: 'chunk-size' }
    else if (length > 0) state = { at: 'body', left: length }
    else finish()
    return true
  }
  const skip = (into: { left: number }, then: () => void): boolean => {
    const taken = Math.min(into.left, pending.length)
    pending = pending.slice(taken)
    current.bytes += taken
    into.left -= taken
    if (into.left > 0) return false
    then()
    return true
  }
  const step = (): boolean => {
    if (state.at === 'head') return pending.length > 0 && head()
    if (state.at === 'body') return skip(state, finish)
    if (state.at === 'chunk') return skip(state, () => (state = { at: 'chunk-size' }))
    const line = take('\r\n')
    if (line === undefined) return false
    if (state.at === 'trailer') {
      if (line === '\r\n') finish()
      return true
    }
    const size = Number.parseInt(line, 16)
    state = size > 0 ? { at: 'chunk', left: size + 2 } : { at: 'trailer' }
    return true
  }
  return (chunk) => {
    // latin1: one character is one byte, so sizes stay right whatever the body holds.
    pending += chunk.toString('latin1')
    while (step()) {}
  }
}
