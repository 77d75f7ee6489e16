/**
 * A text for a terminal, which obeys control characters: names come from a tenant, and answers from anybody.
 * Lines stay lines.
 */
export function printable(text: string): string {
  return text.replace(/[^\P{C}\n]/gu, '?')
}
