// For hosts in tests that open no files.
import { AppError } from '../../shared/model/app-error.ts'
import type { OpenFiles } from '../../src-main/host/open-files.ts'

const none = async (): Promise<never> => {
  throw new AppError('not-found', 'no files here')
}

export const noFiles: OpenFiles = {
  open: none,
  get: () => undefined,
  list: () => [],
  close: async () => false,
  verify: none,
  onChange: () => () => {},
  closeAll: async () => {},
}
