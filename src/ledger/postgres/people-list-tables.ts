// What lists of people are sorted and searched by: the tables of sqlite/people-list-tables.ts. Parts of three letters stand in
// an inverted index over a function of our own: pg_trgm is an extension, and not every managed service has it.

import { commitFunction } from './commit-function.ts';
import { wordStatistics } from './planner-statistics.ts';

const searched = (row: string) =>
  `${row}.sign_in_name_folded || E'\\n' || ${row}.display_name_folded || E'\\n' || coalesce(${row}.work_email_folded, '')`;

const words = `
ALTER TABLE users ADD COLUMN display_name_folded TEXT, ADD COLUMN source TEXT;

CREATE INDEX users_living ON users (provider, id) WHERE removed_at IS NULL;
CREATE INDEX users_by_display_name ON users (provider, display_name_folded, id);
CREATE INDEX users_by_last_sign_in ON users (provider, coalesce(last_sign_in_at, 0), id);
CREATE INDEX users_removed_by_name ON users (provider, user_name_folded, id) WHERE status = 'removed';
CREATE INDEX users_beside_scim ON users (provider, source, id) WHERE source <> 'scim';
CREATE INDEX users_shut_out ON users (provider, id) WHERE removed_at IS NULL AND (role IS NULL OR status <> 'active');
CREATE INDEX users_unfolded ON users (provider, id) WHERE display_name_folded IS NULL;

CREATE TABLE user_words (
  provider TEXT NOT NULL,
  id TEXT NOT NULL,
  words TEXT NOT NULL,
  PRIMARY KEY (provider, id)
);
`;

/** Characters alone, no locale: it gives the same for ever, as an index needs it. */
const parts = `
CREATE FUNCTION bifrost_parts(given text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $parts$
  SELECT coalesce(array_agg(DISTINCT substr(given, n, 3) COLLATE "C"), '{}') FROM generate_series(1, length(given) - 2) AS n
$parts$;
CREATE INDEX user_words_by_part ON user_words USING gin (bifrost_parts(words));
`;

const triggers = `
CREATE FUNCTION bifrost_words() RETURNS trigger LANGUAGE plpgsql AS $words$
BEGIN
  IF TG_OP = 'DELETE' THEN
    DELETE FROM user_words w WHERE w.provider = OLD.provider AND w.id = OLD.id;
  ELSE
    INSERT INTO user_words AS w (provider, id, words) VALUES (NEW.provider, NEW.id, ${searched('NEW')})
      ON CONFLICT (provider, id) DO UPDATE SET words = excluded.words WHERE w.words <> excluded.words;
  END IF;
  RETURN NULL;
END
$words$;
CREATE TRIGGER user_words_made AFTER INSERT ON users FOR EACH ROW WHEN (NEW.display_name_folded IS NOT NULL)
  EXECUTE FUNCTION bifrost_words();
CREATE TRIGGER user_words_changed AFTER UPDATE ON users FOR EACH ROW WHEN (NEW.display_name_folded IS NOT NULL
  AND (OLD.display_name_folded IS NULL OR ${searched('OLD')} <> ${searched('NEW')})) EXECUTE FUNCTION bifrost_words();
CREATE TRIGGER user_words_gone AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION bifrost_words();
`;

export const peopleListTables =
  words.replace(/\bTEXT\b/g, 'TEXT COLLATE "C"') + parts + wordStatistics + triggers + commitFunction;
