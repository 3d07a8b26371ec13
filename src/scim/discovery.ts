// What the server says of itself (RFC 7643 5 to 7, RFC 9865 4): nothing that it does not do, and no key that the RFCs
// do not have.

import { resourceTypeUrn, schemaUrn, serviceProviderConfigUrn } from './messages.ts';
import { type Attribute, groupKind, type ResourceKind, type Schema, userKind } from './schema.ts';

export interface DiscoveryLimits {
  readonly maxBulkOperations: number;
  /** Bytes. */
  readonly maxBulkPayload: number;
  /** Resources that one page of a filtered list holds at most. */
  readonly maxResults: number;
  readonly defaultPageSize: number;
  readonly maxPageSize: number;
  /** Seconds. */
  readonly cursorTimeout: number;
}

interface DiscoveryResource {
  readonly schemas: readonly string[];
  readonly meta: { readonly resourceType: string; readonly location: string };
}

export interface ServiceProviderConfig extends DiscoveryResource {
  readonly patch: { readonly supported: boolean };
  readonly bulk: {
    readonly supported: boolean;
    readonly maxOperations: number;
    readonly maxPayloadSize: number;
  };
  readonly filter: { readonly supported: boolean; readonly maxResults: number };
  readonly changePassword: { readonly supported: boolean };
  readonly sort: { readonly supported: boolean };
  readonly etag: { readonly supported: boolean };
  readonly pagination: {
    readonly cursor: boolean;
    readonly index: boolean;
    readonly defaultPaginationMethod: 'index';
    readonly defaultPageSize: number;
    readonly maxPageSize: number;
    readonly cursorTimeout: number;
  };
  readonly authenticationSchemes: readonly {
    readonly type: 'oauthbearertoken';
    readonly name: string;
    readonly description: string;
    readonly specUri: string;
    readonly primary: boolean;
  }[];
}

export interface ResourceType extends DiscoveryResource {
  readonly id: string;
  readonly name: string;
  readonly endpoint: string;
  readonly description: string;
  readonly schema: string;
  readonly schemaExtensions?: readonly { readonly schema: string; readonly required: boolean }[];
}

export interface SchemaResource extends DiscoveryResource {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly Attribute[];
}

const kinds: readonly ResourceKind[] = [userKind, groupKind];

/** `baseUrl` ends without a slash: `https://host/scim/v2`. */
export function serviceProviderConfig(baseUrl: string, limits: DiscoveryLimits): ServiceProviderConfig {
  return {
    schemas: [serviceProviderConfigUrn],
    patch: { supported: true },
    bulk: {
      supported: true,
      maxOperations: limits.maxBulkOperations,
      maxPayloadSize: limits.maxBulkPayload,
    },
    filter: { supported: true, maxResults: limits.maxResults },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: limits.defaultPageSize,
      maxPageSize: limits.maxPageSize,
      cursorTimeout: limits.cursorTimeout,
    },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'Provisioning token',
        description: 'The bearer token of a provider, made in the dashboard.',
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
  };
}

export function resourceTypes(baseUrl: string): ResourceType[] {
  return kinds.map((kind) => ({
    schemas: [resourceTypeUrn],
    id: kind.name,
    name: kind.name,
    endpoint: kind.endpoint,
    description: kind.core.description,
    schema: kind.core.id,
    ...(kind.extensions.length === 0
      ? {}
      : {
          schemaExtensions: kind.extensions.map(({ urn, required }) => ({ schema: urn, required })),
        }),
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${kind.name}` },
  }));
}

export function schemas(baseUrl: string): SchemaResource[] {
  return kinds
    .flatMap((kind): Schema[] => [kind.core, ...kind.extensions.map((extension) => extension.schema)])
    .map((schema) => ({
      schemas: [schemaUrn],
      id: schema.id,
      name: schema.name,
      description: schema.description,
      attributes: schema.attributes,
      meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${schema.id}` },
    }));
}
