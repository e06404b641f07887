// Jars of a real server, with all they need, from Maven Central into the lab's cache.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { cached } from '../lab/cache.ts'
import { findProgram } from './apt.ts'

const run = promisify(execFile)
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies'

export interface Jars {
  /** Name of the cache folder, beside the version. */
  readonly name: string
  readonly version: string
  /** `group:artifact:version`, exact versions. */
  readonly dependencies: readonly string[]
}

/**
 * The folder that holds the jars of these dependencies and of all they need at run time. Downloaded once; a changed list
 * of dependencies is another folder. Fails with one line when maven is missing or cannot resolve.
 */
export async function fetchJars(jars: Jars): Promise<string> {
  const digest = createHash('sha256').update(jars.dependencies.join('\n')).digest('hex').slice(0, 8)
  return cached(jars.name, `${jars.version}-${digest}`, (folder) => copyDependencies(jars, folder))
}

/** What goes behind `java -cp` for a folder of jars. */
export function classPath(folder: string): string {
  return path.join(folder, '*')
}

async function copyDependencies(jars: Jars, folder: string): Promise<void> {
  const mvn = findProgram('mvn')
  if (!mvn) throw new Error(`maven is missing: ${jars.name} ${jars.version} cannot be downloaded (Debian package: maven)`)
  const project = await mkdtemp(path.join(tmpdir(), 'landscope-pom-'))
  try {
    await writeFile(path.join(project, 'pom.xml'), pom(jars))
    const ask = ['-B', '-q', '-f', path.join(project, 'pom.xml'), COPY, `-DoutputDirectory=${folder}`, '-DincludeScope=runtime']
    // One more try, past what maven remembers of the failure: one dropped download must not fail a whole suite.
    await run(mvn, ask).catch(() => run(mvn, [...ask, '-U']))
    const copied = await readdir(folder)
    if (copied.length === 0) throw new Error('no jar was copied')
  } catch (error) {
    const line = /\[ERROR\] (.*)/.exec(outputOf(error))?.[1] ?? String(error).split('\n')[0]
    throw new Error(`maven could not fetch ${jars.name} ${jars.version}: ${line}`, { cause: error })
  } finally {
    await rm(project, { recursive: true, force: true })
  }
}

function outputOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return ''
  const { stdout, stderr } = error as { readonly stdout?: unknown; readonly stderr?: unknown }
  return `${stdout ?? ''}${stderr ?? ''}`
}

function pom(jars: Jars): string {
  const dependencies = jars.dependencies.map((coordinate) => {
    const [group, artifact, version] = coordinate.split(':')
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`
  })
  return [
    '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>',
    `<groupId>landscope.lab</groupId><artifactId>${jars.name}</artifactId><version>${jars.version}</version>`,
    `<dependencies>${dependencies.join('')}</dependencies></project>`,
  ].join('\n')
}
