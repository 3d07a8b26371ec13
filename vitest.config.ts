import { defineConfig } from 'vitest/config';

/** What goes through a running server: the same tests, whatever keeps the data. */
const onEveryEngine = [
  'test/admin/**/*.test.ts',
  'test/cli/{batch,connection,doctor,evidence,observed,people,permissions,plan,provider-removal,providers,reconcile,start,tail}.test.ts',
  'test/concurrency/**/*.test.ts',
  'test/crash/stop.test.ts',
  'test/conformance/**/*.test.ts',
  'test/edge/**/*.test.ts',
  'test/identity/life.test.ts',
  'test/mapping/random-operations.test.ts',
  'test/packaging/npm-package.test.ts',
  'test/reconcile/run/**/*.test.ts',
  'test/sign-in/**/*.test.ts',
  'test/vendors/**/*.test.ts',
];

/** What is about the file: its lock, its damage, the folder around it; and what a browser is shown, which no engine changes. */
const onSqlite = [
  'test/admin/{key-rotate,unswept}.test.ts',
  'test/cli/{data-folder,export,import-killed,key-rotate,provider-sign-in,verify,webhook}.test.ts',
  'test/ledger/sqlite*.test.ts',
  'test/reconcile/run/{faults,schedule,verify}.test.ts',
  'test/sign-in/{browser,gallery}.test.ts',
  'test/dashboard/**/*.test.ts',
  'test/examples/**/*.test.ts',
  'test/simulator/portal{,-gallery}.test.ts',
];

const onPostgres = [
  'test/cli/database.test.ts',
  'test/harness/*.test.ts',
  'test/ledger/postgres*.test.ts',
  'test/postgres/**/*.test.ts',
];

export default defineConfig({
  test: {
    // Two cores in CI: two workers, each running whole files; a file owns its server and its storage. They stand still for a third of
    // the time, but with three a run took 16 minutes once and over 20 another time, and what measures how quickly the server starts
    // after a kill failed.
    pool: 'forks',
    maxWorkers: 2,
    // What files import is loaded once for each worker: a fifth of all time went into loading it for each file. So a module
    // of `test/` may hold what is of the process (a browser, a build), never what is of one test.
    isolate: false,
    setupFiles: ['test/harness/fresh-process.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'once',
          include: ['test/**/*.test.ts'],
          exclude: [...onEveryEngine, ...onSqlite, ...onPostgres],
        },
      },
      {
        extends: true,
        test: { name: 'sqlite', include: [...onEveryEngine, ...onSqlite], provide: { engine: 'sqlite' } },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: [...onPostgres, ...onEveryEngine],
          exclude: onSqlite,
          provide: { engine: 'postgres' },
          globalSetup: ['test/harness/postgres-of-run.ts'],
        },
      },
    ],
  },
});
