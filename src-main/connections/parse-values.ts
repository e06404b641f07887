// Settings and inputs as declared: every value of the right type, nothing missing, nothing more. Text forms of exact numbers and times are read.
import { AppError } from '../../shared/model/app-error.ts'
import type { Field, Fields } from '../../shared/model/fields.ts'

/** A value in its field's type, or undefined where it is none. */
function parseValue(field: Field, value: unknown): unknown {
  switch (field.kind) {
    case 'oneOf':
      return typeof value === 'string' && field.values?.includes(value) === true ? value : undefined
    case 'list':
      return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined
    case 'flag':
      return typeof value === 'boolean' ? value : undefined
    case 'int64':
    case 'bytes': {
      const whole = typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value
      const parsed = typeof whole === 'string' && /^-?\d{1,19}$/.test(whole) ? BigInt(whole) : whole
      return typeof parsed === 'bigint' && BigInt.asIntN(64, parsed) === parsed ? parsed : undefined
    }
    case 'count':
    case 'duration':
    case 'ratio':
      return typeof value === 'number' && Number.isFinite(value) ? value : undefined
    case 'instant': {
      const at = value instanceof Date ? value : typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? new Date(value) : undefined
      return at !== undefined && !Number.isNaN(at.getTime()) ? at : undefined
    }
    case 'decimal':
      return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? value : undefined
    case 'interval':
    case 'json':
      return value
    default:
      return typeof value === 'string' ? value : undefined
  }
}

/** The declared values of `given`. bad-request: a name that is not declared, a value of another type, one that is missing; `of` says of what. */
export function parseValues(fields: Fields, given: Readonly<Record<string, unknown>>, of: string): Readonly<Record<string, unknown>> {
  const odd = Object.keys(given).find((name) => !Object.hasOwn(fields, name))
  if (odd !== undefined) throw new AppError('bad-request', `${odd} is nothing that ${of} knows.`)
  const values: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(fields)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    if (value === undefined && field.optional === true) continue
    const parsed = value === undefined ? undefined : parseValue(field, value)
    if (parsed === undefined)
      throw new AppError(
        'bad-request',
        value === undefined ? `${of} needs ${name}: ${field.says}.` : `${name} of ${of} must be ${kindWords(field)}.`,
      )
    values[name] = parsed
  }
  return values
}

function kindWords(field: Field): string {
  switch (field.kind) {
    case 'oneOf':
      return `one of ${field.values?.join(', ')}`
    case 'list':
      return 'a list of texts'
    case 'flag':
      return 'yes or no'
    case 'int64':
    case 'bytes':
      return 'a whole number of at most 64 bits'
    case 'count':
    case 'duration':
    case 'ratio':
      return 'a number'
    case 'instant':
      return 'a time (2026-01-31T12:00:00Z)'
    case 'decimal':
      return 'a decimal number'
    default:
      return 'a text'
  }
}
