/** What one system brings: how it is talked to, how it is judged. */
import type { Connect } from '../../shared/model/connector.ts'
import type { AnySystem } from '../../shared/model/system.ts'
import type { Judges } from '../triage/judging.ts'

/** A system's room: its connector, loaded only in its own worker, and its judges. */
export interface Room<S> {
  readonly connect: () => Promise<Connect<S>>
  readonly judges: Judges
}
/** Any system's room, where code is generic over all of them. */
export type AnyRoom = Room<AnySystem>
