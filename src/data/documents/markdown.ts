export function markdownToText(markdown: string): string {
  return markdown;
}
