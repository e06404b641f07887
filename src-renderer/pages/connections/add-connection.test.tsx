import { expect, it, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import type { Handlers } from '../../../shared/contract/handlers.ts'
import '../../ui/global.css'
import { createQueries, LandscopeProvider } from '../../client/landscope.tsx'
import { directConnection } from '../../dev/direct-connection.ts'
import { makeFakeHost } from '../../dev/fake-handlers.ts'
import { makeFixture } from '../../dev/fixture.ts'
import { KeysProvider } from '../../ui/keys/keys.tsx'
import { AddConnection } from './add-connection.tsx'

/** Tests that end when they are told to, each with its address as its step. */
async function show(): Promise<{
  readonly finish: (address: string) => void
  readonly aborted: string[]
  readonly leave: () => Promise<void>
}> {
  const finish = new Map<string, () => void>()
  const aborted: string[] = []
  const test: Handlers['connections']['test'] = async function* ({ profile }, { signal }) {
    const address = Object.values(profile.endpoints)[0]?.addresses[0] ?? ''
    signal.addEventListener('abort', () => aborted.push(address))
    await new Promise<void>((resolve) => finish.set(address, resolve))
    yield { name: `reached ${address}`, ok: true, detail: '' }
  }
  const { handlers } = makeFakeHost(makeFixture(new Date(), 0))
  const connection = directConnection({ ...handlers, connections: { ...handlers.connections, test } })
  const screen = await render(
    <LandscopeProvider connection={connection} queries={createQueries()}>
      <KeysProvider>
        <AddConnection taken={new Set()} onAdded={() => undefined} />
      </KeysProvider>
    </LandscopeProvider>,
  )
  return { finish: (address) => finish.get(address)?.(), aborted, leave: () => screen.unmount() }
}
const box = (): ReturnType<typeof page.getByRole> => page.getByRole('textbox', { name: /Paste a bootstrap list/ })
const keep = (): ReturnType<typeof page.getByRole> => page.getByRole('button', { name: /^Keep it/ })

it('ends a test whose address is changed, and never counts it for the new one', async () => {
  const { finish, aborted } = await show()
  await userEvent.fill(box(), 'one.example.net:9092')
  await userEvent.click(page.getByRole('button', { name: 'Test' }))
  await expect.element(page.getByRole('button', { name: 'Cancel' })).toBeVisible()
  await userEvent.fill(box(), 'two.example.net:9092')
  await vi.waitFor(() => expect(aborted).toEqual(['one.example.net:9092']))
  finish('one.example.net:9092')
  await userEvent.click(page.getByRole('button', { name: 'Test' }))
  await expect.element(page.getByRole('button', { name: 'Cancel' })).toBeVisible()
  await expect.element(keep()).toBeDisabled()
  finish('two.example.net:9092')
  await expect.element(page.getByText(/reached two/)).toBeVisible()
  await expect.element(keep()).toBeEnabled()
  expect(page.getByText(/reached one/).elements()).toEqual([])
})

it('ends the test when the page is left', async () => {
  const { aborted, leave } = await show()
  await userEvent.fill(box(), 'one.example.net:9092')
  await userEvent.click(page.getByRole('button', { name: 'Test' }))
  await expect.element(page.getByRole('button', { name: 'Cancel' })).toBeVisible()
  await leave()
  await vi.waitFor(() => expect(aborted).toEqual(['one.example.net:9092']))
})
