// The Java that runs the lab's servers, and how a server is started on it.
import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { findProgram } from '../support/apt.ts'
import { classPath } from '../support/maven.ts'
import { type RunningProcess, startProcess } from '../support/process.ts'

const run = promisify(execFile)
const INSTALLED = '/usr/lib/jvm'

/** Java 17 where it is installed, else JAVA_HOME's, else the one on PATH. Fails with one line where there is none. */
export function findJava(): string {
  const homes = existsSync(INSTALLED) ? readdirSync(INSTALLED).filter((name) => /^java-(1\.)?17\b/.test(name)) : []
  const candidates = [...homes.map((name) => path.join(INSTALLED, name)), process.env.JAVA_HOME ?? ''].map((home) =>
    path.join(home, 'bin', 'java'),
  )
  const java = candidates.find((candidate) => existsSync(candidate)) ?? findProgram('java')
  if (!java) throw new Error('java is missing: the lab needs Java 17 (Debian package: openjdk-17-jre-headless)')
  return java
}

export interface JavaServer {
  readonly name: string
  /** Folder of jars, see fetchJars. */
  readonly jars: string
  readonly mainClass: string
  readonly flags: readonly string[]
  readonly args: readonly string[]
  readonly logFile: string
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

// One collector thread and only the quick compiler: several servers share two cores, and none of them runs for long.
const SMALL = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData']

/** Starts a Java server as a guarded child. */
export function startJava(server: JavaServer): Promise<RunningProcess> {
  return startProcess({
    name: server.name,
    command: findJava(),
    args: [...SMALL, ...server.flags, '-cp', classPath(server.jars), server.mainClass, ...server.args],
    logFile: server.logFile,
    ...(server.env ? { env: server.env } : {}),
    ...(server.cwd ? { cwd: server.cwd } : {}),
  })
}

/** Runs a Java program to its end and gives what it wrote to stdout. */
export async function runJava(program: Omit<JavaServer, 'logFile' | 'name'>, withinMs = 120_000): Promise<string> {
  const args = [...SMALL, ...program.flags, '-cp', classPath(program.jars), program.mainClass, ...program.args]
  const { stdout } = await run(findJava(), args, { timeout: withinMs, killSignal: 'SIGKILL', maxBuffer: 256 << 20 })
  return stdout
}
