/** What answers the contract: one function a procedure. The host implements it; `implementContract` puts it on any transport. */
import type { AnySchema, ContractProcedure, ErrorMap, InferSchemaInput, InferSchemaOutput, Meta } from '@orpc/contract'
import type { contract } from './contract.ts'

/** What a handler is told besides its input. A stream must end soon after `signal` aborts: its caller is gone. */
export interface Call {
  readonly signal: AbortSignal
}
type Handler<I, O> =
  O extends AsyncIterator<infer T, unknown, unknown> ? (input: I, call: Call) => AsyncIterable<T> : (input: I, call: Call) => Promise<O>
type HandlersOf<C> =
  C extends ContractProcedure<infer I extends AnySchema, infer O extends AnySchema, ErrorMap, Meta>
    ? Handler<InferSchemaOutput<I>, InferSchemaInput<O>>
    : { readonly [K in keyof C]: HandlersOf<C[K]> }

/** The implementer of the whole contract. It throws `AppError`; anything else reaches the page as `internal`. */
export type Handlers = HandlersOf<typeof contract>
