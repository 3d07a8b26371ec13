// The enterprise User extension of RFC 7643 4.3.

import { enterpriseUrn } from '../messages.ts';
import type { Schema } from '../schema.ts';
import { attribute, complex } from './attribute.ts';

export const enterpriseUserSchema: Schema = {
  id: enterpriseUrn,
  name: 'EnterpriseUser',
  description: 'Enterprise User',
  attributes: [
    attribute('employeeNumber', 'string', 'The number or code of the person in the organisation.'),
    attribute('costCenter', 'string', 'The cost centre.'),
    attribute('organization', 'string', 'The organisation.'),
    attribute('division', 'string', 'The division.'),
    attribute('department', 'string', 'The department.'),
    complex('manager', 'The manager.', [
      attribute('value', 'string', 'The id of the manager.', { caseExact: true }),
      // What the client says of these two is not trusted (N02): the server works them out from the id.
      attribute('$ref', 'reference', 'Where the manager is found.', {
        mutability: 'readOnly',
        referenceTypes: ['User'],
      }),
      attribute('displayName', 'string', 'The name of the manager.', { mutability: 'readOnly' }),
    ]),
  ],
};
