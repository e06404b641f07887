/** The bytes classic consumers put into a group: subscription and assignment. Written by clients, so read with suspicion. */
import { Reader } from '@platformatic/kafka'

export type Assignment = readonly { readonly topic: string; readonly partitions: readonly number[] }[]

interface Parsed {
  readonly subscribed: readonly string[]
  readonly assignment: Assignment
}

function attempt<T>(bytes: Buffer, parse: (reader: Reader) => T, otherwise: T): T {
  if (bytes.length === 0) return otherwise
  try {
    return parse(Reader.from(bytes))
  } catch {
    return otherwise // a client that wrote other bytes (it happens) costs its own row's detail, not the group
  }
}

/** Subscription: version, topics, … ; assignment: version, [topic, partitions], … Empty where the bytes are not of that form. */
export function parseAssignment(protocolType: string, metadata: Buffer, assignment: Buffer): Parsed {
  if (protocolType !== 'consumer') return { subscribed: [], assignment: [] }
  return {
    subscribed: attempt(
      metadata,
      (r) => {
        r.readInt16()
        return r.readArray((t) => t.readString(false), false, false)
      },
      [],
    ),
    assignment: attempt(
      assignment,
      (r) => {
        r.readInt16()
        return r.readArray(
          (t) => ({ topic: t.readString(false), partitions: t.readArray((p) => p.readInt32(), false, false) }),
          false,
          false,
        )
      },
      [],
    ),
  }
}
