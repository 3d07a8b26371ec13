// The one case folding of the whole system (DESIGN: stored folded columns, never a database's own locale).

/**
 * Two texts are equal without regard to case when their folds are equal. Composed form, so that a name typed on a
 * Mac and on Windows is one name; upper before lower case, so that `ß` meets `SS`; one sigma, so that the fold of a
 * prefix is a prefix of the fold.
 */
export function fold(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) {
      return text.normalize('NFC').toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFC');
    }
  }
  return text.toLowerCase();
}
