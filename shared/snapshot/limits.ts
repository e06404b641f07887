/** Bounds of a snapshot file. A file beyond one of them is refused before anything of it is written to disk. */

const MIB = 1024 * 1024

export const limits = {
  /** Entries in the archive. */
  entries: 20_000,
  /** Bytes of one entry, unpacked. */
  entryBytes: 64 * MIB,
  /** Bytes of all entries, unpacked; the file itself may not be larger either. */
  totalBytes: 8 * 1024 * MIB,
  /** Unpacked by packed size of a deflated entry. */
  deflateRatio: 100,
  /** Bytes of `manifest.json`. */
  manifestBytes: 16 * MIB,
  /** Characters of an entry's name. */
  nameLength: 200,
  /** Rows of one Parquet entry, by its footer. */
  rows: 10_000_000,
  /** Columns of one Parquet entry, nested ones counted. */
  columns: 500,
  /** Levels of nesting in a Parquet schema. */
  nesting: 8,
  /** Bytes of one Parquet entry once decoded, by its footer. */
  decodedBytes: 2 * 1024 * MIB,
} as const

/** Entries are split at this size when they are written, so that these bounds never refuse a file of our own. */
export const SPLIT_BYTES = 48 * MIB
