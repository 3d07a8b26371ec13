// SCIMMY with its routers for Express, set up as its README shows. It leaves storage to whoever uses it: here Maps in memory, with
// an index for each attribute that is looked up. No disk is touched, and nothing derives access or keeps a record.

import { randomUUID } from 'node:crypto';
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';
import { newSecret, serve } from './peer.mjs';

/** Resources by id, and by the values that must find them at once. */
function store(indexed) {
  const byId = new Map();
  const byValue = new Map(indexed.map((attribute) => [attribute, new Map()]));
  const key = (value) => String(value).toLowerCase();
  return {
    write(resource, data) {
      const former = resource.id === undefined ? null : byId.get(resource.id);
      if (former === undefined) throw new SCIMMY.Types.Error(404, null, `Resource ${resource.id} not found`);
      const unique = byValue.get(indexed[0]);
      const holder = unique.get(key(data[indexed[0]]));
      if (holder && holder.id !== resource.id) throw new SCIMMY.Types.Error(409, 'uniqueness', 'taken');
      const now = new Date();
      const meta = { created: former?.meta.created ?? now, lastModified: now };
      const written = { ...JSON.parse(JSON.stringify(data)), id: resource.id ?? randomUUID(), meta };
      for (const [attribute, index] of byValue) {
        if (former?.[attribute] !== undefined) index.delete(key(former[attribute]));
        if (written[attribute] !== undefined) index.set(key(written[attribute]), written);
      }
      byId.set(written.id, written);
      return written;
    },
    read(resource) {
      if (resource.id !== undefined) {
        const found = byId.get(resource.id);
        if (!found) throw new SCIMMY.Types.Error(404, null, `Resource ${resource.id} not found`);
        return found;
      }
      if (!resource.filter) return [...byId.values()];
      const found = lookUp(resource.filter, byValue, key);
      return found ?? resource.filter.match([...byId.values()]);
    },
    remove(resource) {
      const former = byId.get(resource.id);
      if (!former) throw new SCIMMY.Types.Error(404, null, `Resource ${resource.id} not found`);
      for (const [attribute, index] of byValue) index.delete(key(former[attribute]));
      byId.delete(resource.id);
    },
  };
}

/** `attribute eq "value"` of an indexed attribute; null for anything else, which SCIMMY's own `match` then answers. */
function lookUp(filter, byValue, key) {
  const [only, ...others] = filter;
  const [[attribute, comparison] = [], ...more] = Object.entries(only ?? {});
  const index = byValue.get(attribute);
  if (others.length > 0 || more.length > 0 || !index || comparison?.[0] !== 'eq') return null;
  const found = index.get(key(comparison[1]));
  return found ? [found] : [];
}

function declare(resourceType, indexed) {
  const kept = store(indexed);
  SCIMMY.Resources.declare(resourceType)
    .ingress((resource, data) => kept.write(resource, data))
    .egress((resource) => kept.read(resource))
    .degress((resource) => kept.remove(resource));
}

declare(SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false), ['userName', 'externalId']);
declare(SCIMMY.Resources.Group, ['displayName', 'externalId']);

const token = newSecret();
const app = express();
const routers = new SCIMMYRouters({
  type: 'bearer',
  docUri: 'https://bench.example/help',
  handler: (request) => {
    if (request.header('Authorization') !== `Bearer ${token}`) throw new Error('Authorization not detected!');
    return 'bench';
  },
});
app.use('/scim/v2', routers);
serve(app, token);
