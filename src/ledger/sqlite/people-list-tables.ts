// What lists of people are sorted and searched by: indexes of users, and the parts of three letters of their names. Triggers
// keep the names in step, whoever writes users; which of them are still to be taken apart: user-parts.ts.

const searched = (row: string) =>
  `${row}.sign_in_name_folded || char(10) || ${row}.display_name_folded || char(10) || coalesce(${row}.work_email_folded, '')`;

export const peopleListTables = `
-- both null until they are filled in (user-parts.ts)
ALTER TABLE users ADD COLUMN display_name_folded TEXT;
ALTER TABLE users ADD COLUMN source TEXT;

CREATE INDEX users_by_display_name ON users (provider, display_name_folded, id);
CREATE INDEX users_by_last_sign_in ON users (provider, coalesce(last_sign_in_at, 0), id);
DROP INDEX users_by_last_provisioned;
CREATE INDEX users_by_last_provisioned ON users (provider, coalesce(last_provisioned_at, 0), id);
CREATE INDEX users_removed_by_name ON users (provider, user_name_folded, id) WHERE status = 'removed';
CREATE INDEX users_beside_scim ON users (provider, source, id) WHERE source <> 'scim';
CREATE INDEX users_shut_out ON users (provider, id) WHERE removed_at IS NULL AND (role IS NULL OR status <> 'active');
CREATE INDEX users_unfolded ON users (provider, id) WHERE display_name_folded IS NULL;

-- A number is never given twice: what has a greater one than all in user_parts is still to be taken apart.
CREATE TABLE user_words (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  provider TEXT NOT NULL,
  id TEXT NOT NULL,
  words TEXT NOT NULL
);
CREATE UNIQUE INDEX user_words_by_user ON user_words (provider, id);
CREATE VIRTUAL TABLE user_parts USING fts5(
  words, content = 'user_words', content_rowid = 'n', tokenize = 'trigram case_sensitive 1', detail = none
);
-- what is purged is gone, and not only marked as such
INSERT INTO user_parts (user_parts, rank) VALUES ('secure-delete', 1);

CREATE TRIGGER user_words_made AFTER INSERT ON users WHEN NEW.display_name_folded IS NOT NULL BEGIN
  INSERT INTO user_words (provider, id, words) VALUES (NEW.provider, NEW.id, ${searched('NEW')});
END;
CREATE TRIGGER user_words_changed
AFTER UPDATE OF sign_in_name_folded, display_name_folded, work_email_folded ON users
WHEN OLD.display_name_folded IS NULL OR ${searched('OLD')} <> ${searched('NEW')} BEGIN
  DELETE FROM user_words WHERE provider = NEW.provider AND id = NEW.id;
  INSERT INTO user_words (provider, id, words) VALUES (NEW.provider, NEW.id, ${searched('NEW')});
END;
CREATE TRIGGER user_words_gone AFTER DELETE ON users BEGIN
  DELETE FROM user_words WHERE provider = OLD.provider AND id = OLD.id;
END;
CREATE TRIGGER user_parts_gone AFTER DELETE ON user_words
WHEN OLD.n <= (SELECT max(id) FROM user_parts_docsize) BEGIN
  INSERT INTO user_parts (user_parts, rowid, words) VALUES ('delete', OLD.n, OLD.words);
END;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('users', 'users_by_display_name', '1000000 1000000 10 1'),
  ('users', 'users_by_last_sign_in', '1000000 1000000 100 1'),
  ('users', 'users_by_last_provisioned', '1000000 1000000 100 1'),
  ('users', 'users_removed_by_name', '10000 10000 1 1'),
  ('users', 'users_beside_scim', '100000 100000 50000 1'),
  ('users', 'users_shut_out', '10000 10000 1'),
  ('users', 'users_unfolded', '10 10 1'),
  ('user_words', 'user_words_by_user', '1000000 1000000 1');
ANALYZE sqlite_schema;
`;
