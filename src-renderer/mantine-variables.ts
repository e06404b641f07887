// Vite plugin: Mantine's CSS variables as a file. Mantine would write them into a <style> element at run time, which the content
// security policy refuses; so they are written when the page is built, from the same theme.
import { convertCssVariables, createTheme, DEFAULT_THEME, defaultCssVariablesResolver, mergeMantineTheme } from '@mantine/core'
import type { Plugin } from 'vite'
import { themeOverride } from './app/theme.ts'

const NAME = 'virtual:mantine-variables.css'

/** Text of the style sheet with every variable of the theme, for both colour schemes. */
export function mantineVariablesCss(): string {
  const theme = mergeMantineTheme(DEFAULT_THEME, createTheme(themeOverride))
  const schemes = {
    variables: {},
    dark: { '--mantine-color-scheme': 'dark' },
    light: { '--mantine-color-scheme': 'light' },
  }
  return convertCssVariables(defaultCssVariablesResolver(theme)) + convertCssVariables(schemes)
}

/** Answers `import 'virtual:mantine-variables.css'`. */
export function mantineVariables(): Plugin {
  return {
    name: 'landscope:mantine-variables',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load: (id) => (id === `\0${NAME}` ? mantineVariablesCss() : undefined),
  }
}
