import type { ApiInfo } from './document.ts';

/** What the document says beside the operations. */
export const INFO: ApiInfo = {
  title: 'Plugpact',
  version: '1.0.0',
  description:
    `Home chargers, their bookings and sessions, as the public ledger has them. The API holds no keys and no money
of users: what decides about money is read from the ledger.

Money is decimal text of token units, energy Wh, time unix seconds; 256-bit words are 0x-hex of 32 bytes. A problem is an
RFC 9457 document with a stable \`code\` and a \`remedy\`. Lists have a \`cursor\`, which brings the next page, null at the
end. Each answer has an \`ETag\` where it can be kept, and \`If-None-Match\` is answered with 304. A write may carry an
\`Idempotency-Key\` (16 to 128 letters, digits, \`-\` and \`_\`): for a day the same request with the same key gets the same answer.
Public reads may be made from any web page (CORS); what needs the cookie of the sign-in, from this server's own page alone.

Under \`/api/v1\` members, operations and codes are added, never changed or removed: leave aside what you do not know.`.replaceAll(
      /(?<!\n)\n(?!\n)/g,
      ' ',
    ),
  tags: {
    status: 'What a client reads first.',
    map: 'Chargers, quotes, and where things are. Public.',
    tiles: 'Vector tiles (Mapbox Vector Tile 2, Web Mercator, XYZ, zoom 0 to 14). Public.',
    bookings: 'Bookings as the ledger has them. Public.',
    charging:
      'The driver’s device. The booking’s session key signs each request (EIP-712, protocol/signedTypes.ts).',
    listing: 'From the connector to the listing, by its host.',
    accounts: 'Sign-in with Ethereum, and what only the signed-in account may see.',
    relay: 'Signed calls to the ledger, whose gas the server pays.',
    local: 'The local ledger alone: demo money and simulated wallboxes.',
  },
};
