/** English around names and numbers: `Vertices` → `Vertex`, `3 groups`, `Broker 3`. */

/** The singular of a collection's title: `Groups` → `Group`, `Queries` → `Query`, `Vertices` → `Vertex`. */
export function singular(title: string): string {
  if (/ices$/.test(title)) return title.replace(/ices$/, 'ex')
  if (/ies$/.test(title)) return title.replace(/ies$/, 'y')
  if (/(sh|ch|x|ss)es$/.test(title)) return title.slice(0, -2)
  return /[^s]s$/.test(title) ? title.slice(0, -1) : title
}
/** `1 group`, `3 groups`, `2 queries`, `2 vertices`. */
export function counted(n: number, one: string): string {
  if (n === 1) return `1 ${one}`
  if (/[^aeiou]y$/.test(one)) return `${n} ${one.slice(0, -1)}ies`
  if (/ex$/.test(one)) return `${n} ${one.slice(0, -2)}ices`
  return /(s|x|sh|ch)$/.test(one) ? `${n} ${one}es` : `${n} ${one}s`
}
/** With a capital first letter, the rest as it is. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
