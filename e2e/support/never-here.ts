// Tests that a machine can never run, each with its reason. A skipped test that is not listed here counts as failed.

export interface NeverHere {
  /** Full name of the test, or its beginning. */
  readonly test: string
  readonly reason: string
  /** Whether this machine is one of those. */
  readonly here: boolean
}

export const neverHere: readonly NeverHere[] = []

/** The reason why a skipped test cannot run on this machine, if it is a listed one. */
export function reasonNotToRun(test: string, list: readonly NeverHere[] = neverHere): string | undefined {
  return list.find((entry) => entry.here && test.startsWith(entry.test))?.reason
}
