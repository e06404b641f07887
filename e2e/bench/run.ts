// `npm run bench -- <name> [--json]`: measures one thing, prints one JSON line, and fails when a figure is over its bound.
import { readdirSync } from 'node:fs'
import { basename } from 'node:path'
import type { BenchResult } from './result.ts'

/** Files of this folder that are no bench themselves. */
const others = new Set(['run', 'result'])

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => basename(file, '.ts'))
  .filter((name) => !others.has(name))
const wanted = process.argv.slice(2).find((word) => !word.startsWith('-'))
if (wanted === undefined || !names.includes(wanted)) {
  console.error(`Which bench? There are: ${names.join(', ')}.`)
  process.exit(2)
}

const loaded: { bench(): Promise<BenchResult> } = await import(`./${wanted}.ts`)
const result = await loaded.bench()
console.log(JSON.stringify(result))
process.exit(result.pass ? 0 : 1)
