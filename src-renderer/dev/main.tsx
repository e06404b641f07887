// The dev harness: the real page over a FAKE landscape. Never part of a build.
import '../ui/mantine.css'
import 'virtual:mantine-variables.css'
import '../ui/global.css'
import { createRoot } from 'react-dom/client'
import { App } from '../app/app.tsx'
import { applyRemembered } from '../app/appearance.ts'
import { createQueries } from '../client/landscope.tsx'
import { directConnection } from './direct-connection.ts'
import { makeFakeHost } from './fake-handlers.ts'
import { makeFixture } from './fixture.ts'

applyRemembered()
const root = document.getElementById('root')
if (root !== null)
  createRoot(root).render(<App connection={directConnection(makeFakeHost(makeFixture(new Date())).handlers)} queries={createQueries()} />)
