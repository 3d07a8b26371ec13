// The message bodies of RFC 7644 that carry resources and refusals, and the URNs by which everything is named.

export const userUrn = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const groupUrn = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const enterpriseUrn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const schemaUrn = 'urn:ietf:params:scim:schemas:core:2.0:Schema';
export const resourceTypeUrn = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType';
export const serviceProviderConfigUrn = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig';

const MESSAGE = 'urn:ietf:params:scim:api:messages:2.0';
const listResponseUrn = `${MESSAGE}:ListResponse`;
export const searchRequestUrn = `${MESSAGE}:SearchRequest`;
export const patchOpUrn = `${MESSAGE}:PatchOp`;
export const bulkRequestUrn = `${MESSAGE}:BulkRequest`;
export const bulkResponseUrn = `${MESSAGE}:BulkResponse`;
const errorUrn = `${MESSAGE}:Error`;

export interface ListResponse<T> {
  schemas: [typeof listResponseUrn];
  /** Left out where nobody counted (RFC 9865 2 allows that with a cursor). */
  totalResults?: number;
  itemsPerPage: number;
  startIndex?: number;
  nextCursor?: string;
  previousCursor?: string;
  Resources: T[];
}

/** Where a page stands among its siblings; what is undefined or null is left out of the answer. */
export interface Page {
  totalResults?: number | undefined;
  startIndex?: number | undefined;
  nextCursor?: string | null | undefined;
  previousCursor?: string | null | undefined;
}

/** RFC 7644 3.4.2: `Resources` is always a list (Q64), `itemsPerPage` counts what is in it (PG02), no `meta` (D05). */
export function listResponse<T>(resources: T[], page: Page): ListResponse<T> {
  return {
    schemas: [listResponseUrn],
    ...(page.totalResults === undefined ? {} : { totalResults: page.totalResults }),
    itemsPerPage: resources.length,
    ...(page.startIndex === undefined ? {} : { startIndex: page.startIndex }),
    ...(page.nextCursor == null ? {} : { nextCursor: page.nextCursor }),
    ...(page.previousCursor == null ? {} : { previousCursor: page.previousCursor }),
    Resources: resources,
  };
}

export interface ErrorBody {
  schemas: [typeof errorUrn];
  status: string;
  scimType?: string;
  detail: string;
}

/** RFC 7644 3.12: `status` is the HTTP status as a text. */
export function errorBody(status: number, scimType: string | undefined, detail: string): ErrorBody {
  return {
    schemas: [errorUrn],
    status: String(status),
    ...(scimType === undefined ? {} : { scimType }),
    detail,
  };
}
