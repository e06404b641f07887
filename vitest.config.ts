import react from '@vitejs/plugin-react'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'

/** Where Debian's Chromium lies; another place by LANDSCOPE_CHROMIUM. */
const chromium = process.env.LANDSCOPE_CHROMIUM ?? '/usr/bin/chromium'
const flags =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'

const serial = { fileParallelism: false, testTimeout: 120_000, hookTimeout: 240_000 }

/** One vitest project a suite; `e2e/support/run-suites.ts` runs and adds them up. */
export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['shared/**/*.test.ts', 'src-main/**/*.test.ts', 'src-renderer/**/*.test.ts', 'e2e/support/**/*.test.ts'],
          // Long random runs: they stand beside the code, and run with the faults.
          exclude: ['**/*.property.test.ts', '**/node_modules/**'],
          environment: 'node',
          // A file in a process of its own costs more than most of them run.
          pool: 'threads',
          isolate: false,
          maxWorkers: '100%',
          testTimeout: 20_000,
        },
      },
      {
        plugins: [react()],
        test: {
          name: 'component',
          include: ['src-renderer/**/*.test.tsx'],
          testTimeout: 60_000,
          expect: { poll: { timeout: 20_000 } },
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: { executablePath: chromium, args: flags.split(' ') } }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      { test: { name: 'structure', include: ['e2e/structure/**/*.test.ts'], environment: 'node' } },
      { test: { name: 'app', include: ['e2e/app/**/*.spec.ts'], environment: 'node', ...serial } },
      { test: { name: 'systems', include: ['e2e/systems/**/*.spec.ts'], environment: 'node', ...serial } },
      { test: { name: 'faults', include: ['e2e/faults/**/*.spec.ts', 'src-main/**/*.property.test.ts'], environment: 'node', ...serial } },
      { test: { name: 'security', include: ['e2e/security/**/*.spec.ts'], environment: 'node', ...serial } },
    ],
  },
})
