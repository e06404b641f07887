// Canaries: made-up secrets that a test plants and then looks for in files, in every form a secret survives in: raw, inflated,
// inside Parquet, base64 at any alignment, URL-encoded, escaped in JSON, hexadecimal, two bytes a character.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { fromBufferPromise } from 'yauzl'
import { random } from './seeded-random.ts'

export interface FoundCanary {
  readonly canary: string
  /** File, and the entry or table in it. */
  readonly where: string
  readonly form: string
}

/** Canaries of a seed: long, random, with characters that encodings change. */
export function makeCanaries(count: number, seed: number): readonly string[] {
  const next = random(seed)
  const pick = (from: string): string => from[Math.floor(next() * from.length)] ?? ''
  const plain = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789'
  return Array.from({ length: count }, () => `Cn${Array.from({ length: 22 }, (_, i) => pick(i === 7 || i === 15 ? '/+' : plain)).join('')}`)
}

/** Where twenty secrets stand in a platform: each with the text that carries it. */
export interface PlantedCanary {
  readonly canary: string
  readonly place: 'url' | 'flink-configuration' | 'flink-environment' | 'broker-config' | 'record-value' | 'exception'
  /** Name of the setting, where the place is a list of settings. */
  readonly name: string
  readonly text: string
}

const carriers: readonly (readonly [PlantedCanary['place'], string, (canary: string) => string])[] = [
  ['url', 'bootstrap', (c) => `http://reader:${c}@broker-1.corp.example:8081/subjects`],
  ['url', 'jdbc', (c) => `jdbc:mysql://root:${c}@db.corp.example:3306/shop`],
  ['url', 'query', (c) => `https://flink.corp.example/jobs?access_token=${encodeURIComponent(c)}&limit=5`],
  ['url', 'fragment', (c) => `https://flink.corp.example/#token=${encodeURIComponent(c)}`],
  ['flink-configuration', 's3.secret-key', (c) => c],
  ['flink-configuration', 'security.ssl.rest.keystore-password', (c) => c],
  ['flink-configuration', 'properties.sasl.jaas.config', jaas],
  ['flink-configuration', 'metrics.reporter.url', (c) => `influx://writer:${c}@metrics.corp.example:8086`],
  ['flink-environment', 'AWS_SECRET_ACCESS_KEY', (c) => c],
  ['flink-environment', 'DB_PASSWORD', (c) => c],
  ['flink-environment', 'JAVA_TOOL_OPTIONS', (c) => `-Dhttp.proxyPassword=${c} -Xmx512m`],
  ['broker-config', 'ssl.keystore.password', (c) => c],
  ['broker-config', 'listener.name.sasl_plain.plain.sasl.jaas.config', jaas],
  ['broker-config', 'password.encoder.secret', (c) => c],
  ['record-value', 'value', (c) => `{"card":"${c}","amount":12}`],
  ['record-value', 'value', (c) => `not json at all ${c}`],
  [
    'exception',
    'exception',
    (c) =>
      `java.io.IOException: Failed to deserialize JSON '{"id":1,"note":"${c}"}'.\n\tat org.apache.flink.formats.json.JsonRow(Json.java:12)`,
  ],
  [
    'exception',
    'exception',
    (c) => `org.apache.kafka.common.KafkaException: login failed with password=${c}\n\tat org.apache.kafka.Client.login(Client.java:7)`,
  ],
  ['exception', 'exception', (c) => `GET http://reader:${c}@broker-1.corp.example/x failed`],
  [
    'exception',
    'exception',
    (c) =>
      `com.fasterxml.jackson.core.JsonParseException: Unrecognized token '${c}': was expecting (JSON String, Number)\n at [Source: (byte[])"${c}"; line: 1, column: 5]`,
  ],
]
function jaas(canary: string): string {
  return `org.apache.kafka.common.security.plain.PlainLoginModule required username="reader" password="${canary}";`
}

/** Twenty canaries with the texts that carry them. */
export function plantedCanaries(seed: number): readonly PlantedCanary[] {
  const canaries = makeCanaries(carriers.length, seed)
  return carriers.map(([place, name, text], i) => ({ canary: canaries[i] ?? '', place, name, text: text(canaries[i] ?? '') }))
}

/** form → how the canary looks in it; base64 without the characters that its neighbours share. */
function formsOf(canary: string): readonly (readonly [string, Buffer])[] {
  const bytes = Buffer.from(canary)
  const forms: [string, Buffer][] = [
    ['raw', bytes],
    ['URL-encoded', Buffer.from(encodeURIComponent(canary))],
    ['URL-encoded in full', Buffer.from([...bytes].map((b) => `%${b.toString(16).padStart(2, '0')}`).join(''))],
    ['JSON text', Buffer.from(JSON.stringify(canary).slice(1, -1).replaceAll('/', '\\/'))],
    ['hexadecimal', Buffer.from(bytes.toString('hex'))],
    ['two bytes a character', Buffer.from(canary, 'utf16le')],
  ]
  for (let shift = 0; shift < 3; shift += 1) {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
    const first = Math.ceil((shift * 8) / 6)
    const last = Math.floor(((shift + bytes.length) * 8) / 6)
    const own = text.slice(first, last)
    forms.push(
      [`base64, shifted by ${shift}`, Buffer.from(own)],
      [`base64url, shifted by ${shift}`, Buffer.from(own.replaceAll('+', '-').replaceAll('/', '_'))],
    )
  }
  return forms
}

/** Canaries that stand in these bytes as they are, in any form. */
export function findInBytes(bytes: Buffer, canaries: readonly string[], where: string): readonly FoundCanary[] {
  const lower = Buffer.from(bytes.toString('latin1').toLowerCase(), 'latin1')
  return canaries.flatMap((canary) =>
    formsOf(canary)
      .filter(([form, look]) =>
        form === 'hexadecimal' || form === 'URL-encoded in full'
          ? lower.includes(look.toString('latin1').toLowerCase(), 0, 'latin1')
          : bytes.includes(look),
      )
      .map(([form]) => ({ canary, where, form })),
  )
}

/** Looks through a file, or a folder with all below it; archives, gzip and Parquet are looked into as well. */
export async function findCanaries(path: string, canaries: readonly string[]): Promise<readonly FoundCanary[]> {
  if (statSync(path).isDirectory()) {
    const found = await Promise.all(readdirSync(path).map((name) => findCanaries(join(path, name), canaries)))
    return found.flat()
  }
  return await inBytes(readFileSync(path), canaries, path)
}

async function inBytes(bytes: Buffer, canaries: readonly string[], where: string): Promise<readonly FoundCanary[]> {
  const found = [...findInBytes(bytes, canaries, where)]
  if (bytes.subarray(0, 2).equals(Buffer.from([0x1f, 0x8b])))
    found.push(...(await inBytes(gunzipSync(bytes), canaries, `${where}, inflated`)))
  if (bytes.subarray(0, 4).toString('latin1') === 'PAR1')
    found.push(...findInBytes(await parquetTexts(bytes), canaries, `${where}, its cells`))
  if (bytes.subarray(0, 4).equals(Buffer.from('PK\u0003\u0004'))) {
    for (const [name, content] of await unzipped(bytes)) found.push(...(await inBytes(content, canaries, `${where}: ${name}`)))
  }
  return found
}

/** Every cell of a Parquet file as text, a line each. */
async function parquetTexts(bytes: Buffer): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'landscope-canaries-'))
  const file = join(folder, 'table.parquet')
  writeFileSync(file, bytes)
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  try {
    const reader = await connection.runAndReadAll(`select columns(*)::varchar from read_parquet('${file}')`)
    const names = reader.columnNames().join('\n')
    return Buffer.from(
      `${names}\n${reader
        .getRows()
        .map((row) => row.join('\n'))
        .join('\n')}`,
    )
  } finally {
    connection.closeSync()
    instance.closeSync()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function unzipped(bytes: Buffer): Promise<readonly (readonly [string, Buffer])[]> {
  const zip = await fromBufferPromise(bytes)
  const entries: [string, Buffer][] = []
  for await (const entry of zip.eachEntry()) {
    const chunks: Buffer[] = []
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer)
    entries.push([entry.fileName, Buffer.concat(chunks)])
  }
  return entries
}
