// A connection that ends where it could not begin. pg leaves it open where the client is the one who cannot go on (a password is
// asked for, and none was given): the server keeps its half until `authentication_timeout`, a minute, and no database on that
// server is made or dropped meanwhile, since PostgreSQL waits for every one of its processes.

import pg from 'pg';

type Done = ((error: Error) => void) | ((error: null, client: pg.Client) => void);

export class DatabaseClient extends pg.Client {
  override connect(): Promise<pg.Client>;
  override connect(done: Done): void;
  override connect(done?: Done): Promise<pg.Client> | undefined {
    const connecting = super.connect();
    connecting.catch(() => this.#leave());
    if (!done) return connecting;
    const tell = done as (error: Error | null, client?: pg.Client) => void;
    connecting.then(
      () => tell(null, this),
      (error: Error) => tell(error),
    );
    return undefined;
  }

  /** Nobody waits for it: where the server is away there is nothing to end. */
  #leave(): void {
    this.end().catch(() => {});
  }
}
