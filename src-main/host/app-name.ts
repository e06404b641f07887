// The app's own name and version, as pages, files and reports say it.
import manifest from '../../package.json' with { type: 'json' }

export const appName: { readonly name: string; readonly version: string } = { name: manifest.productName, version: manifest.version }
