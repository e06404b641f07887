// JSON indented for the eye without touching a value: every number, text and key stays as it was written.

/** A text, a bracket, a comma, a colon, or a bare word; what stands between them is blank. */
const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g
/** Deeper levels stand under this one: hostile nesting must not become megabytes of blanks. */
const MAX_LEVELS = 40
const opens = (written: string | undefined): boolean => written === '{' || written === '['
const closes = (written: string): boolean => written === '}' || written === ']'

/** The JSON with a line for each member and item; undefined where the text is no JSON object or list. */
export function indentJson(text: string): string | undefined {
  if (!isObjectOrList(text)) return undefined
  let out = ''
  let depth = 0
  let before: string | undefined
  for (const [written] of text.matchAll(token)) {
    if (closes(written)) depth -= 1
    const breaks = closes(written) ? !opens(before) : opens(before) || before === ','
    if (breaks) out += `\n${'  '.repeat(Math.min(depth, MAX_LEVELS))}`
    out += written === ':' ? ': ' : written
    if (opens(written)) depth += 1
    before = written
  }
  return out
}

function isObjectOrList(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
