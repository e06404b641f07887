// The reader's side: holds opened files and answers questions over them, one message a question.
import { AppError, errorData } from '../../shared/model/app-error.ts'
import { type OpenedFile, type OpenPorts, openSnapshot } from '../snapshots/open.ts'
import type { FromReader, Question, ToReader } from './reader-messages.ts'

/** Answers messages through `tell`. Returns the function to hand messages to. */
export function serveReader(portsOf: (folder: string) => OpenPorts, tell: (message: FromReader) => void): (message: ToReader) => void {
  const files = new Map<string, OpenedFile>()

  function fileOf(source: string): OpenedFile {
    const file = files.get(source)
    if (file === undefined) throw new AppError('not-found', 'This file is not open any more.', { hint: 'Open it again under Snapshots.' })
    return file
  }

  async function answer(message: ToReader): Promise<unknown> {
    switch (message.do) {
      case 'open': {
        const opened = await openSnapshot(message.source, message.path, message.folder, portsOf(message.folder))
        files.set(message.source, opened)
        return opened.answer()
      }
      case 'answer':
        return fileOf(message.source).answer()
      case 'check':
        await fileOf(message.source).checked
        return fileOf(message.source).answer()
      case 'ask':
        return await ask(fileOf(message.source), message.question, message.args)
      case 'replay':
        return await fileOf(message.source).replay(message.asked)
      case 'close': {
        const file = files.get(message.source)
        files.delete(message.source)
        await file?.close()
        return file !== undefined
      }
    }
  }

  return (message) => {
    answer(message).then(
      (value) => tell({ id: message.id, value }),
      (thrown: unknown) => tell({ id: message.id, error: errorData(thrown) }),
    )
  }
}

/** The arguments were typed by the client (`readerFiles`), which is the only one who sends them. */
async function ask(file: OpenedFile, question: Question, args: readonly unknown[]): Promise<unknown> {
  const method = file.queries[question] as (...args: readonly unknown[]) => Promise<unknown>
  return await method(...args)
}
