// What the shell and the processes it starts say to each other. Ports travel beside a message.

/** From the shell to the host. */
export type ToHost =
  /** A page wants to talk: its port comes with this. */
  | { readonly type: 'page'; readonly id: number }
  /** The page of this port has asked for another: close it. */
  | { readonly type: 'drop-page'; readonly id: number }
  /** Are you there? Answered by `pong` with the same number. */
  | { readonly type: 'ping'; readonly n: number }
  /** A file a person asked to be opened; `again`: one that an earlier host had open, about which nothing is said. */
  | { readonly type: 'open'; readonly file: string; readonly again?: boolean }
  /** The reader asked for is there: its port comes with this. */
  | { readonly type: 'reader'; readonly id: number }
  | { readonly type: 'reader-gone'; readonly id: number; readonly code: number }
  /** Write what must be written and exit. */
  | { readonly type: 'close' }

/** From the host to the shell. */
export type FromHost =
  | { readonly type: 'pong'; readonly n: number }
  /** A file the shell asked for is open, under this name; or it is not, and why. */
  | { readonly type: 'opened'; readonly source: string }
  | { readonly type: 'not-opened'; readonly file: string; readonly says: string }
  /** Which files are open now, so that the next host opens them again. */
  | { readonly type: 'files'; readonly paths: readonly string[] }
  /** Start a reader process and hand over a port to it. */
  | { readonly type: 'start-reader'; readonly id: number }
  | { readonly type: 'kill-reader'; readonly id: number }

/** How the host is, as the page is told: `stopped` after too many deaths, with the place of the report. */
export type HostState =
  | { readonly state: 'starting' }
  | { readonly state: 'running' }
  | { readonly state: 'stopped'; readonly report: string }
