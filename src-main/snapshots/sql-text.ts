// Texts of our own inside SQL: paths. What a person or a server said is bound or appended instead.

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
