// Starts the page: the look first, then the connection to the host, then everything else.
import './schemas-without-eval.ts'
import '../ui/mantine.css'
import 'virtual:mantine-variables.css'
import '../ui/global.css'
import { createRoot } from 'react-dom/client'
import { carrierOfThisPage } from '../client/carriers.ts'
import { openConnection } from '../client/connection.ts'
import { createQueries } from '../client/landscope.tsx'
import { App } from './app.tsx'
import { applyRemembered } from './appearance.ts'

applyRemembered()
const root = document.getElementById('root')
if (root !== null) createRoot(root).render(<App connection={openConnection(carrierOfThisPage())} queries={createQueries()} />)
