// A host in a thread of its own, to be killed by the conformance suite. Every message brings the port of one page.
import { type MessagePort, parentPort } from 'node:worker_threads'
import { portFrames } from '../../../shared/contract/frames.ts'
import { attach, implementContract } from '../attach.ts'
import { conformanceHandlers } from './handlers.ts'

const router = implementContract(conformanceHandlers().handlers)
parentPort?.on('message', (port: MessagePort) => void attach(router, portFrames(port)))
