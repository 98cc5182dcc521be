import { z } from 'zod';
import { businessDetails } from './locations.ts';
import { ciString, dateTime, oneOf, party, some, text, url } from './types.ts';

/** OCPI 2.2.1, chapters 4 to 7, from the standard's text. */

/** 4.1.7, 5: success is 1xxx, and has the data; any other code has none here. */
export const envelope = <T extends z.ZodType>(data: T) =>
  z.strictObject({
    data,
    status_code: z.int().min(1_000).max(1_999),
    status_message: text(1_000).optional(),
    timestamp: dateTime,
  });

export const refusal = z.strictObject({
  status_code: z.int().min(2_000).max(3_999),
  status_message: text(1_000).optional(),
  timestamp: dateTime,
});

/** 6.1 */
export const versions = some(z.strictObject({ version: z.string().regex(/^\d\.\d(\.\d)?$/), url }));

/** 6.2 */
export const versionDetails = z.strictObject({
  version: z.literal('2.2.1'),
  endpoints: some(
    z.strictObject({
      identifier: oneOf(
        'cdrs chargingprofiles commands credentials hubclientinfo locations sessions tariffs tokens',
      ),
      role: z.enum(['SENDER', 'RECEIVER']),
      url,
    }),
  ).refine((endpoints) => endpoints.some(({ identifier }) => identifier === 'credentials')),
});

/** 7.3.1, 7.4.1 */
export const credentials = z.strictObject({
  token: ciString(64),
  url,
  roles: some(
    z.strictObject({
      role: z.enum(['CPO', 'EMSP', 'HUB', 'NAP', 'NSP', 'OTHER', 'SCSP']),
      business_details: businessDetails,
      ...party,
    }),
  ),
});
