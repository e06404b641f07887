// Theme and density: dark unless the system or the person says light; remembered on this machine.
import { useEffect, useState } from 'react'

export type Theme = 'dark' | 'light' | 'system'
export type Density = 'compact' | 'comfortable'
const themes: readonly Theme[] = ['system', 'dark', 'light']

function remembered<T extends string>(key: string, allowed: readonly T[], otherwise: T): T {
  const text = localStorage.getItem(key)
  return allowed.find((value) => value === text) ?? otherwise
}
const prefersLight = (): MediaQueryList => matchMedia('(prefers-color-scheme: light)')

function apply(theme: Theme, density: Density): void {
  const shown = theme === 'system' ? (prefersLight().matches ? 'light' : 'dark') : theme
  const root = document.documentElement
  root.dataset.theme = shown
  root.dataset.mantineColorScheme = shown
  root.dataset.density = density
}
/** Before the first paint, so that nothing flashes. */
export function applyRemembered(): void {
  apply(remembered('theme', themes, 'system'), remembered('density', ['compact', 'comfortable'], 'compact'))
}

export interface Appearance {
  readonly theme: Theme
  readonly density: Density
  readonly nextTheme: () => void
  readonly nextDensity: () => void
}
export function useAppearance(): Appearance {
  const [theme, setTheme] = useState<Theme>(() => remembered('theme', themes, 'system'))
  const [density, setDensity] = useState<Density>(() => remembered('density', ['compact', 'comfortable'], 'compact'))
  useEffect(() => {
    apply(theme, density)
    localStorage.setItem('theme', theme)
    localStorage.setItem('density', density)
    const query = prefersLight()
    const changed = (): void => apply(theme, density)
    query.addEventListener('change', changed)
    return () => query.removeEventListener('change', changed)
  }, [theme, density])
  return {
    theme,
    density,
    nextTheme: () => setTheme(themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system'),
    nextDensity: () => setDensity(density === 'compact' ? 'comfortable' : 'compact'),
  }
}
