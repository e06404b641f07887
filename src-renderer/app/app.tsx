// The whole page over one connection to the host.
import { MantineProvider } from '@mantine/core'
import type { QueryClient } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { type JSX, useState } from 'react'
import type { Connection } from '../client/connection.ts'
import { LandscopeProvider } from '../client/landscope.tsx'
import { KeysProvider } from '../ui/keys/keys.tsx'
import { createPageRouter } from './routes.tsx'
import { themeOverride } from './theme.ts'

export function App({ connection, queries }: { readonly connection: Connection; readonly queries: QueryClient }): JSX.Element {
  const [router] = useState(createPageRouter)
  return (
    // Mantine would write its variables into a <style> element, which the content security policy refuses: they come as a file.
    <MantineProvider theme={themeOverride} withCssVariables={false} withGlobalClasses={false}>
      <LandscopeProvider connection={connection} queries={queries}>
        <KeysProvider>
          <RouterProvider router={router} />
        </KeysProvider>
      </LandscopeProvider>
    </MantineProvider>
  )
}
