// Writes one snapshot after the other to the same place until it is killed: `node snapshot-saver.ts PATH`. For snapshot-save.spec.ts.
import { writeZip } from '../../src-main/snapshots/zip-file.ts'

const [path = ''] = process.argv.slice(2)
const never = new AbortController().signal
for (let generation = 1; ; generation += 1) {
  const body = Array.from({ length: 40_000 }, (_, i) => generation * 31 + i)
  const entries = [
    { name: 'manifest.json', text: JSON.stringify({ generation }) },
    { name: 'body.json', text: JSON.stringify({ generation, body }) },
  ]
  await writeZip(path, entries, new Date(0), never)
  process.stdout.write(`${generation}\n`)
}
