// Lines of CSV (RFC 4180) that no spreadsheet takes for more than text.

/**
 * What a spreadsheet begins a formula with, also as wide as East Asian ones take it; behind a tab or the end of a line it looks
 * again (OWASP, CSV Injection).
 */
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

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
