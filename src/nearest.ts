// Did you mean: the known word closest to a mistyped one.

/** Edits (insert, delete, replace, swap of neighbours) that may lie between a typing error and what was meant. */
function allowedEdits(word: string): number {
  return word.length <= 4 ? 1 : 2;
}

/** The closest of `known`, or null when none is close. A word that begins a known one means it. */
export function nearest(word: string, known: readonly string[]): string | null {
  const wanted = word.toLowerCase();
  const begun = known.filter((each) => wanted.length >= 2 && each.startsWith(wanted));
  if (begun.length === 1) return begun[0]!;
  let best: string | null = null;
  let fewest = allowedEdits(wanted) + 1;
  for (const each of known) {
    const edits = distance(wanted, each);
    if (edits < fewest) {
      fewest = edits;
      best = each;
    }
  }
  return best;
}

/** Damerau's distance in its restricted form: enough for words that a person typed. */
function distance(a: string, b: string): number {
  // Nothing that long is a typing error of a command; the table below grows with the product.
  if (a.length > 40 || b.length > 40) return Number.POSITIVE_INFINITY;
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, replaced);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, rows[i - 2]![j - 2]! + 1);
      }
      row.push(least);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
