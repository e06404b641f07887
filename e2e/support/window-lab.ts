// The app in real Electron, for tests that watch real servers: its window, and its contract through the door of its profile.
import { knock } from '../../src-main/served/profile-door.ts'
import { openConnection } from '../../src-renderer/client/connection.ts'
import { leftovers } from './free-of-leftovers.ts'
import { type LabApp, labApp } from './lab-app.ts'
import { launchApp } from './launch-app.ts'
import { waitFor } from './process.ts'

/** Opens the app on a fresh profile, with a window W of so many seconds. Needs `npm run build` before. */
export async function openWindowLab(windowSeconds: number): Promise<LabApp> {
  const left = leftovers()
  try {
    const { app, page, profile } = left.end(await launchApp({ args: ['--window', String(windowSeconds)] }), (launched) => launched.close())
    await page.setViewportSize({ width: 1440, height: 900 })
    const connection = left.end(
      openConnection(async () => {
        const frames = await knock(profile)
        if (frames === undefined) throw new Error('nobody opens the door of the profile')
        return frames
      }),
      (c) => c.close(),
    )
    const { client } = connection
    await waitFor('the host answers at the door', () =>
      client.hello({}).then(
        () => true,
        () => false,
      ),
    )
    return {
      ...labApp(page, client),
      profile,
      readers: () =>
        app.evaluate(({ app: electron }) =>
          electron
            .getAppMetrics()
            .filter(({ name, serviceName }) => [name, serviceName].includes('Landscope reader'))
            .map(({ pid }) => pid),
        ),
      close: left.endAll,
    }
  } catch (error) {
    await left.endAll()
    throw error
  }
}
