/** Transport security and sign-in of one endpoint, as every driver gets them. Only plaintext is opened so far; the shapes are settled. */
import { AppError } from '../../shared/model/app-error.ts'

/** PEM texts; `serverName` where the certificate was made for another name than the one dialled. */
export interface TlsSettings {
  readonly ca?: string
  readonly certificate?: string
  readonly serverName?: string
  /** The credential that holds the client key (PEM). */
  readonly keyCredential?: string
}

/** Secrets are named, never carried: the driver asks the connection's credential broker when it signs in. */
export type SignIn =
  | {
      readonly by: 'password'
      readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
      readonly user: string
      readonly credential: string
    }
  | { readonly by: 'token'; readonly mechanism: 'OAUTHBEARER'; readonly credential: string }

export interface Security {
  readonly tls?: TlsSettings
  readonly signIn?: SignIn
}

/** `unsupported` for anything but plaintext: refusing is safer than sending what was meant to be encrypted in the clear. */
export function checkSecurity(security: Security, system: string, target: string): void {
  if (security.tls !== undefined || security.signIn !== undefined)
    throw new AppError('unsupported', 'TLS and sign-in are not offered yet; only plaintext listeners can be opened.', {
      system,
      target,
      hint: 'Use a plaintext listener of this cluster for now.',
    })
}
