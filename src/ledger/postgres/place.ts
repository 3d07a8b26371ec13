// Where DATABASE_URL leads, as the driver reads it; for words to the operator, so without the password.

import pg from 'pg';

export interface Place {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/** @throws URIError where a percent sign encodes nothing; an error with `path` where a file that it names cannot be read. */
export function placeOf(url: string): Place {
  const { host, port, database = '', user = '' } = new pg.Client({ connectionString: url });
  return { host, port, database, user };
}
