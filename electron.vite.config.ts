// The build: the programs of the main side (ES modules), the preload script (one CommonJS file, as a sandbox demands) and the page.
import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import manifest from './package.json' with { type: 'json' }
import { mantineVariables } from './src-renderer/mantine-variables.ts'

const source = (path: string): string => resolve(import.meta.dirname, path)

/** Pure JavaScript goes into the bundle; what `dependencies` names holds native code or wasm beside it and stays a package. */
const bundled = Object.keys(manifest.devDependencies)

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      target: 'node20',
      sourcemap: true,
      externalizeDeps: { exclude: bundled, include: Object.keys(manifest.dependencies) },
      rolldownOptions: {
        external: ['electron', /^electron\//],
        input: {
          shell: source('src-main/shell/main.ts'),
          host: source('src-main/host/host-entry.ts'),
          reader: source('src-main/reader/reader-entry.ts'),
          worker: source('src-main/collecting/worker-entry.ts'),
          cli: source('src-main/cli/landscope.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: source('src-main/shell/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src-renderer',
    base: './',
    plugins: [react(), mantineVariables()],
    build: {
      outDir: 'out/renderer',
      target: 'chrome130',
      minify: true,
      sourcemap: true,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: source('src-renderer/index.html') },
    },
  },
})
