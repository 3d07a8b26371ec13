// Polis as a library (@boxyhq/saml-jackson): its directory sync behind an Express route, as its own handler of SCIM requests is
// written. It keeps people and memberships in memory, or in the PostgreSQL that DATABASE_URL names.

import jackson from '@boxyhq/saml-jackson';
import express from 'express';
import { serve } from './peer.mjs';

const { DATABASE_URL: url } = process.env;
const { directorySyncController: directorySync } = await jackson.controllers({
  externalUrl: 'https://bench.example',
  samlAudience: 'https://bench.example',
  samlPath: '/api/oauth/saml',
  scimPath: '/api/scim/v2.0',
  db: url ? { engine: 'sql', type: 'postgres', url } : { engine: 'mem' },
  noAnalytics: true,
  // Its own notes would stand where the address is expected.
  logger: { info() {}, warn() {}, error: (message) => process.stderr.write(`${message}\n`) },
});
const { data: directory } = await directorySync.directories.create({
  name: 'bench',
  tenant: 'bench.example',
  product: 'bench',
  type: 'azure-scim-v2',
});

const app = express();
const jsonBody = express.json({ type: ['application/json', 'application/scim+json'], limit: '1mb' });
/** Whoever embeds it hears of what happened by this; without it each event would end as a line of complaint. */
const onEvent = async () => {};
/** As many as it gives at a time. */
const PAGE = 50;
const number = (text) => (text ? Number.parseInt(text, 10) : undefined);
app.all('/scim/v2/:path/:resourceId?', jsonBody, async (req, res, next) => {
  try {
    const request = {
      method: req.method,
      body: req.body,
      directoryId: directory.id,
      resourceId: req.params.resourceId,
      resourceType: req.params.path === 'Users' ? 'users' : 'groups',
      apiSecret: req.header('Authorization')?.split(' ')[1],
      query: {
        count: number(req.query.count),
        startIndex: number(req.query.startIndex),
        filter: req.query.filter,
      },
    };
    const { status, data } = await directorySync.requests.handle(request, onEvent);
    res.status(status).json(data);
  } catch (error) {
    next(error);
  }
});
/** Its SCIM shows a group without members; this asks its own interface for them. */
app.get('/members/:group', async (req, res) => {
  const { tenant, product } = directory;
  const { groups } = directorySync;
  const groupId = req.params.group;
  const all = [];
  for (let offset = 0; ; offset += PAGE) {
    groups.setTenantAndProduct(tenant, product);
    const { data } = await groups.getGroupMembers({ groupId, pageOffset: offset, pageLimit: PAGE });
    all.push(...data);
    if (data.length < PAGE) break;
  }
  res.json({ members: all.length });
});
serve(app, directory.scim.secret);
