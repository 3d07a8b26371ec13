// A connection whose trouble ends nothing but itself.
//
// Where it could not begin it ends. pg leaves it open where the client is the one who cannot go on (a password is asked for, and
// none was given): the server keeps its half until `authentication_timeout`, a minute, and no database on that server is made or
// dropped meanwhile, since PostgreSQL waits for every one of its processes.
//
// Where it breaks it says so to the next statement, if nobody listens at that moment: a server that is stopped takes its word back in
// the same breath in which it gave it, when a pool listens no longer and whoever asked the pool does not yet. An error that nobody
// hears would end the process.

import pg from 'pg';

type Done = ((error: Error) => void) | ((error: null, client: pg.Client) => void);

export class DatabaseClient extends pg.Client {
  constructor(options?: pg.ClientConfig) {
    super(options);
    this.on('error', () => {});
  }

  override connect(): Promise<pg.Client>;
  override connect(done: Done): void;
  override connect(done?: Done): Promise<pg.Client> | undefined {
    if (!done) {
      const connecting = super.connect();
      connecting.catch(() => this.#leave());
      return connecting;
    }
    const tell = done as (error: Error | null, client?: pg.Client) => void;
    super.connect((error: Error | null) => {
      if (error) this.#leave();
      tell(error, error ? undefined : this);
    });
    return undefined;
  }

  /** Nobody waits for it: where the server is away there is nothing to end. */
  #leave(): void {
    this.end().catch(() => {});
  }
}
