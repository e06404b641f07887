/** Moments as typed into a filter. */

const units: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7 }

/** ISO 8601 (without a zone: UTC), or `-10m`: that long ago. Anything else comes back as it is, to be refused by name. */
export function parameterNow(text: string, now: number = Date.now()): Date | string {
  const ago = /^-(\d+)([smhd])$/.exec(text)
  if (ago !== null) return new Date(now - Number(ago[1]) * (units[ago[2] ?? ''] ?? 0))
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return text
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/.test(text) || text.length === 10 ? text : `${text}Z`
  const at = new Date(zoned)
  return Number.isNaN(at.getTime()) ? text : at
}
