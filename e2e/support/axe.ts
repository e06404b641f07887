// What axe finds on the page as it is: only what is serious or critical, in a line each.
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'

/** `rule (impact): what it says, at the first places`. None: nothing serious. */
export async function seriousOf(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, help, nodes }) => {
      const places = nodes.slice(0, 3).map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`)
      return `${id} (${impact}): ${help}, at ${nodes.length}: ${places.join(' | ')}`
    })
}
