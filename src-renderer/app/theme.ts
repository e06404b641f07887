// The theme as plain data, so that the build can turn it into a style sheet.
import type { MantineThemeOverride } from '@mantine/core'

export const themeOverride: MantineThemeOverride = {}
