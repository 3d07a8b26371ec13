// Lines of CSV (RFC 4180) that no spreadsheet takes for more than text.

/** What a spreadsheet begins a formula with, full-width too; behind a tab or a break it looks again (OWASP, CSV Injection). */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** With its end. null and undefined are empty; what is neither text nor a number stands as JSON. */
export function csvLine(cells: readonly unknown[]): string {
  return `${cells.map((each) => cell(textOf(each))).join(',')}\r\n`;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function cell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
