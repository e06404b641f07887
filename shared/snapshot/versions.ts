/** Versions of the snapshot format: `major.minor`. A new minor adds what an older reader may leave out; a new major may not be read by it. */

export const FORMAT_VERSION = '1.0'
/** The oldest reader that understands what this version writes. */
export const MIN_READER = '1.0'
export const MIMETYPE = 'application/vnd.landscope.snapshot'

interface Version {
  readonly major: number
  readonly minor: number
}

export function parseVersion(text: string): Version {
  const [major = 0, minor = 0] = text.split('.').map(Number)
  return { major, minor }
}

/** How a file of `version`, made for readers from `minReader` on, stands to this reader. */
export function compareToReader(version: string, minReader: string): 'same-or-older' | 'newer-minor' | 'refused' {
  const [file, least, own] = [parseVersion(version), parseVersion(minReader), parseVersion(FORMAT_VERSION)]
  if (file.major > own.major) return 'refused'
  if (least.major > own.major || (least.major === own.major && least.minor > own.minor)) return 'refused'
  return file.major === own.major && file.minor > own.minor ? 'newer-minor' : 'same-or-older'
}
