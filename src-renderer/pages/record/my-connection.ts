// Which of my connections leads to where a record was seen. In a file of somebody else, equal ids name other servers.
import type { ConnectionAnswer } from '../../../shared/contract/control.ts'
import type { Viewing } from '../../../shared/contract/messages.ts'
import { parseUrn } from '../../../shared/model/urn.ts'

/** The connection a record came over; in a file the one that is known to lead to the same server, whatever it is called there. */
export function myConnection(
  record: { readonly urn: string; readonly connection: string },
  viewing: Viewing,
  connections: readonly ConnectionAnswer[],
): ConnectionAnswer | undefined {
  if (viewing.source === undefined) return connections.find((c) => c.profile.id === record.connection)
  const of = parseUrn(record.urn)
  return connections.find((c) => c.instance !== undefined && c.instance === of?.instance && c.profile.system === of.system)
}
