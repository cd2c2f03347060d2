export function htmlToText(html: string): string {
  return html;
}
