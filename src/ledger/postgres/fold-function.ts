// The case folding of the whole system (src/fold.ts) as a function of the server, for filters that no stored folded
// column answers. Never for an index or a stored column: the server's tables of characters are of another Unicode
// version than ours, and change with its packages (docs/decisions/0007).

/**
 * plpgsql and not sql: an inlined body would evaluate its argument, a look into a JSON document, several times.
 * A text with as many bytes as characters is ASCII, for which the server's own `lower` is enough.
 */
export const foldFunction = `
CREATE FUNCTION bifrost_fold(given text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $fold$
BEGIN
  IF octet_length(given) = length(given) THEN
    RETURN lower(given COLLATE "C");
  END IF;
  RETURN normalize(
    replace(lower(upper(normalize(given, NFC) COLLATE "und-x-icu") COLLATE "und-x-icu"), 'ς', 'σ'),
    NFC
  );
END
$fold$;
`;
