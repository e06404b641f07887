// Ends a process that may be busy for ever or stopped: nothing softer than SIGKILL is heard then, and `UtilityProcess.kill` is softer.

/** Of no effect on one that has ended already. */
export function killProcess({ pid }: { readonly pid?: number | undefined }): void {
  if (pid === undefined) return
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error // it has just ended by itself
  }
}
