// The theme as plain data, so that the build can turn it into a style sheet. Colours come from the tokens.
import type { MantineThemeOverride } from '@mantine/core'

export const themeOverride: MantineThemeOverride = {
  fontFamily: 'var(--font-ui)',
  fontFamilyMonospace: 'var(--font-data)',
  defaultRadius: '6px',
  fontSizes: { xs: '11px', sm: '12px', md: '13px', lg: '15px', xl: '20px' },
}
