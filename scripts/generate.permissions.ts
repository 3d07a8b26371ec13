// docs/permissions.md: every route of the API with what it needs and which of the system roles may use it, the addresses
// that need nothing, and the catalogue in plain words. From the same tables that the server is mounted from.

import { allPermissions, type Needs, permissionText, systemRoles } from '../src/edge/admin/permissions.ts';
import type { Route } from '../src/edge/admin/route.ts';
import { routes } from '../src/edge/admin/routes.ts';
import { type GuardedPage, guardedPages } from '../src/edge/guarded-pages.ts';
import { openRoutes } from '../src/edge/open-routes.ts';

const roles = systemRoles.toReversed();

export function permissionsPage(): string {
  const intro = `# Permissions

Made by \`npm run generate\`, and tested over HTTP, route by route (\`test/admin/permissions.test.ts\`).

The roles stand here with what they have from the first start. Administrators change that, and make roles of their own:
\`PUT /api/roles/{id}/permissions\`, \`POST /api/roles\`. An API key may what it was given, as far as its owner may at that
moment. A break-glass administrator and the operator's shell may everything.

`;
  return `${intro}## Routes

${table(['Route', 'Needs', ...roles.map(({ name }) => name), 'No role', 'Nobody'], routes.map(routeRow))}
## Pages

A browser with a session asks for these; without one it is led to signing in.

${table(['Page', 'Needs', ...roles.map(({ name }) => name)], guardedPages.map(pageRow))}
## Open addresses

${table(
  ['Address', 'Why it asks for no permission'],
  openRoutes.map(({ path, why }) => [`\`${path}\``, why]),
)}
## What there is to permit

What applications declare comes beside it, in the configuration file (\`permissions\`) or with \`PUT /api/app-permissions/{resource}\`;
\`GET /api/permissions\` has all.

${table(
  ['Permission', 'Lets people', ...roles.map(({ name }) => name)],
  allPermissions([], []).map(({ permission, description }) => [
    `\`${permission}\``,
    description,
    ...roles.map(({ permissions }) => mark(permissions.includes(permission))),
  ]),
)}`;
}

function routeRow({ method, path, permission }: Route): string[] {
  return [
    `\`${method} /api${path}\``,
    needsText(permission),
    ...roles.map(({ permissions }) => mark(mayUse(permission, permissions))),
    mark(mayUse(permission, [])),
    mark(permission === 'open'),
  ];
}

function pageRow({ path, needs }: GuardedPage): string[] {
  return [
    `\`GET ${path}\``,
    wantedBy(needs)
      .map((permission) => `\`${permission}\``)
      .join(' or '),
    ...roles.map(({ permissions }) => mark(mayUse(needs, permissions))),
  ];
}

function mayUse(needs: Needs, permissions: readonly string[]): boolean {
  if (typeof needs === 'string') return true;
  return wantedBy(needs).some((permission) => permissions.includes(permission));
}

function wantedBy(needs: Exclude<Needs, string>): string[] {
  return ('oneOf' in needs ? needs.oneOf : [needs]).map(permissionText);
}

function needsText(needs: Needs): string {
  if (needs === 'open') return 'nothing';
  if (needs === 'signed-in') return 'any caller';
  return wantedBy(needs)
    .map((permission) => `\`${permission}\``)
    .join(" for one's own, ");
}

function mark(yes: boolean): string {
  return yes ? 'yes' : '-';
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return line(headings) + line(headings.map(() => '---')) + rows.map(line).join('');
}
