// config.yaml and the JVM arguments of the lab's Flink processes.

export interface FlinkPlan {
  /** Work folder: conf, logs, checkpoints. */
  readonly folder: string
  readonly rpcPort: number
  readonly restPort: number
  readonly blobPort: number
  readonly gatewayPort: number
  readonly heartbeatTimeoutMs: number
  readonly taskManagers: readonly TaskManagerPlan[]
}

export interface TaskManagerPlan {
  /** Resource id, so the name in the REST answers: `tm1`. */
  readonly id: string
  readonly dataPort: number
  readonly rpcPort: number
  readonly metricsPort: number
}

/** The text of conf/config.yaml. */
export function flinkConfig(plan: FlinkPlan, jobManagerMetricsPort: number): string {
  return `jobmanager:
  rpc: {address: 127.0.0.1, port: ${plan.rpcPort}}
  bind-host: 127.0.0.1
  memory: {process: {size: 1024m}}
taskmanager:
  host: 127.0.0.1
  bind-host: 127.0.0.1
  memory: {process: {size: 1200m}}
rest: {address: 127.0.0.1, bind-address: 127.0.0.1, port: ${plan.restPort}}
blob: {server: {port: ${plan.blobPort}}}
heartbeat: {interval: ${Math.round(plan.heartbeatTimeoutMs / 5)}, timeout: ${plan.heartbeatTimeoutMs}}
cluster: {registration: {error-delay: 1 s, refused-registration-delay: 2 s}}
metrics: {internal: {query-service: {port: ${jobManagerMetricsPort}}}}
io: {tmp: {dirs: ${plan.folder}/tmp}}
web: {upload: {dir: ${plan.folder}/upload}, submit: {enable: true}}
execution: {checkpointing: {dir: "file://${plan.folder}/checkpoints", savepoint-dir: "file://${plan.folder}/savepoints"}}
`
}

/** Logs to the file that `-Dlog.file` names: the job manager lists and serves the files of that folder. */
export const LOG4J = `rootLogger.level = INFO
rootLogger.appenderRef.file.ref = file
appender.file.name = file
appender.file.type = FILE
appender.file.fileName = \${sys:log.file}
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n
`

const OPENED = [
  'java.lang',
  'java.net',
  'java.io',
  'java.nio',
  'sun.nio.ch',
  'java.lang.reflect',
  'java.text',
  'java.time',
  'java.util',
  'java.util.concurrent',
  'java.util.concurrent.atomic',
  'java.util.concurrent.locks',
]

/** What Java 17 must be told for Flink, and where one process logs. Each role logs into a folder of its own. */
export function jvmFlags(plan: FlinkPlan, role: string): readonly string[] {
  return [
    '--add-exports=java.rmi/sun.rmi.registry=ALL-UNNAMED',
    '--add-exports=java.security.jgss/sun.security.krb5=ALL-UNNAMED',
    ...OPENED.map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
    `-Dlog.file=${plan.folder}/log/${role}/${role}.log`,
    `-Dlog4j.configurationFile=file:${plan.folder}/conf/log4j.properties`,
  ]
}

export const TASK_MANAGER_MEMORY = ['-Xms288m', '-Xmx288m', '-XX:MaxDirectMemorySize=128m', '-XX:MaxMetaspaceSize=192m']

/** Flink's scripts compute the memory values; without them all must be given. */
export function taskManagerArgs(manager: TaskManagerPlan): readonly string[] {
  const settings: Record<string, string | number> = {
    'taskmanager.cpu.cores': 1,
    'taskmanager.memory.task.heap.size': '160m',
    'taskmanager.memory.framework.heap.size': '128m',
    'taskmanager.memory.managed.size': '64m',
    'taskmanager.memory.network.min': '64m',
    'taskmanager.memory.network.max': '64m',
    'taskmanager.memory.task.off-heap.size': '0b',
    'taskmanager.memory.framework.off-heap.size': '64m',
    'taskmanager.memory.jvm-metaspace.size': '192m',
    'taskmanager.memory.jvm-overhead.min': '64m',
    'taskmanager.memory.jvm-overhead.max': '64m',
    'taskmanager.memory.process.size': '736m',
    'taskmanager.numberOfTaskSlots': 8,
    'taskmanager.resource-id': manager.id,
    'taskmanager.data.port': manager.dataPort,
    'taskmanager.rpc.port': manager.rpcPort,
    'metrics.internal.query-service.port': manager.metricsPort,
  }
  return Object.entries(settings).flatMap(([key, value]) => ['-D', `${key}=${value}`])
}
