// The folder that holds all that Landscope remembers for a person: the Store, connections, keys.
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The profile folder where none is named: `LANDSCOPE_PROFILE`, else the platform's place for an application's data. */
export function defaultProfileFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.LANDSCOPE_PROFILE !== undefined && env.LANDSCOPE_PROFILE !== '') return env.LANDSCOPE_PROFILE
  if (platform === 'win32') return join(env.APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'Landscope')
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Landscope')
  return join(env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'landscope')
}

/** Where a host keeps what it unpacks and writes half-way; emptied when a host begins, for one that was killed leaves it behind. */
export function workFolder(profile: string): string {
  return join(profile, 'work')
}
