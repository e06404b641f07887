// Starts the page.
import '@mantine/core/styles.css'
import 'virtual:mantine-variables.css'
import { createRoot } from 'react-dom/client'

const root = document.getElementById('root')
if (root !== null) createRoot(root).render(<main>Landscope</main>)
