// Credentials of one connection: asked for once at a time, given only to its worker, and a wrong one is tried once.
import { AppError } from '../../shared/model/app-error.ts'
import type { Credential } from '../../shared/model/connector.ts'

/** Where secrets rest, encrypted; asynchronous because the system's key store may ask a person. */
export interface SecretStore {
  get(name: string): Promise<Credential | undefined>
  put(name: string, credential: Credential): Promise<void>
  remove(name: string): Promise<void>
}
export interface CredentialBroker {
  /** The credential of that name. needs-sign-in: there is none, or the server refused it and nobody changed it since. */
  get(name: string): Promise<Credential>
  /** The server refused it: it is not tried again until it is put anew. */
  refused(name: string): void
  put(name: string, credential: Credential): Promise<void>
}

/** A broker over the store; concurrent questions for one name are one question to the store. */
export function createCredentialBroker(secrets: SecretStore): CredentialBroker {
  const asking = new Map<string, Promise<Credential | undefined>>()
  const wrong = new Set<string>()
  return {
    get: async (name) => {
      if (wrong.has(name)) throw new AppError('needs-sign-in', `The server refused the credential ${name}.`)
      const asked = asking.get(name) ?? secrets.get(name).finally(() => asking.delete(name))
      asking.set(name, asked)
      const found = await asked
      if (found === undefined) throw new AppError('needs-sign-in', `There is no credential ${name}.`)
      return found
    },
    refused: (name) => void wrong.add(name),
    put: async (name, credential) => {
      await secrets.put(name, credential)
      wrong.delete(name)
    },
  }
}
