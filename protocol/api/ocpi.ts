import { z } from 'zod';
import * as ocpi from './ocpi-objects.ts';
import { operation } from './operation.ts';
import { TIME_AND_ID } from './pages.ts';

const tag = 'ocpi';
const ROOT = `/ocpi/${ocpi.OCPI_VERSION}` as const;

/** What an OCPI client may be refused with, below HTTP's 200: an OCPI answer all the same, and no problem document. */
const refused = {
  400: { description: 'The body is no JSON (2001).', schema: ocpi.refusal },
  401: { description: 'The credentials token is missing or not known here (2002).', schema: ocpi.refusal },
  404: { description: 'There is no such object (2003).', schema: ocpi.refusal },
  405: { description: 'The party is registered already, or is not (2000).', schema: ocpi.refusal },
  409: { description: 'A request with this idempotency key is under way (2000).', schema: ocpi.refusal },
  413: { description: 'The body is too large (2000).', schema: ocpi.refusal },
  415: { description: 'The body has another type than JSON (2000).', schema: ocpi.refusal },
  421: { description: 'The host is not one of this server (2000).', schema: ocpi.refusal },
  422: { description: 'The idempotency key stands for another request (2000).', schema: ocpi.refusal },
  429: { description: 'Too many requests (2000).', schema: ocpi.refusal },
  500: { description: 'The server failed (3000).', schema: ocpi.refusal },
  503: { description: 'Not possible at the moment (3000).', schema: ocpi.refusal },
} as const;

/** The statuses of HTTP that an OCPI client may be refused with. */
export const OCPI_REFUSALS: readonly number[] = Object.keys(refused).map(Number);

/** OCPI 2.2.1, 5: what is wrong with parameters or with an object is said within 200. */
const answers = <T extends z.ZodType>(description: string, schema: T) =>
  ({
    200: {
      description: `${description} Or 2001: a parameter breaks a rule.`,
      schema: z.union([schema, ocpi.refusal]),
    },
    ...refused,
  }) as const;

const whole = z.string().regex(/^\d{1,7}$/, 'must be a whole number');

const time = z.iso.datetime({
  offset: true,
  local: true,
  error: 'must be a time, like 2026-01-02T03:04:05Z',
});

/** 4.1.4. An OCPI time without a zone is UTC. */
const page = z.object({
  date_from: time.optional().describe('Last updated then or later.'),
  date_to: time.optional().describe('Last updated before then.'),
  offset: whole.optional(),
  limit: whole.optional(),
  after: TIME_AND_ID.field
    .optional()
    .describe('Of the header `Link`: goes on behind this object, whatever changed meanwhile.'),
});
export type OcpiPage = z.output<typeof page>;

const paged =
  'In the order of `last_updated`. `Link` names the next page, `X-Total-Count` counts all, `X-Limit` is the longest page.';

const id = z.string().regex(/^[0-9a-f]{36}$/, 'must be 36 hex digits');

/** OCPI 2.2.1, the sender's side: other apps' way to the chargers here. Nothing is written but who may read. */
export const ocpiOperations = {
  versions: operation({
    ...{ operationId: 'listOcpiVersions', method: 'get', path: '/ocpi/versions', tag },
    summary: 'Versions of OCPI that are spoken here',
    answers: answers('The versions.', ocpi.envelopeOf(z.array(ocpi.version))),
    problems: ['host.unknown'],
  }),
  details: operation({
    ...{ operationId: 'readOcpiVersion', method: 'get', path: ROOT, tag },
    summary: 'Endpoints of OCPI 2.2.1',
    answers: answers('The endpoints.', ocpi.envelopeOf(ocpi.versionDetails)),
    problems: ['host.unknown'],
  }),
  locations: operation({
    ...{ operationId: 'listOcpiLocations', method: 'get', path: `${ROOT}/locations`, tag },
    summary: 'Chargers as OCPI locations',
    description: paged,
    query: page,
    answers: answers('A page of locations.', ocpi.envelopeOf(z.array(ocpi.location))),
    problems: [],
  }),
  location: operation({
    ...{ operationId: 'readOcpiLocation', method: 'get', path: `${ROOT}/locations/{location}`, tag },
    summary: 'A location',
    params: z.object({ location: id }),
    answers: answers('The location.', ocpi.envelopeOf(ocpi.location)),
    problems: [],
  }),
  evse: operation({
    ...{ operationId: 'readOcpiEvse', method: 'get', path: `${ROOT}/locations/{location}/{evse}`, tag },
    summary: 'The EVSE of a location',
    params: z.object({ location: id, evse: id }),
    answers: answers('The EVSE.', ocpi.envelopeOf(ocpi.locationEvse)),
    problems: [],
  }),
  connector: operation({
    operationId: 'readOcpiConnector',
    ...{ method: 'get', path: `${ROOT}/locations/{location}/{evse}/{connector}`, tag },
    summary: 'The connector of an EVSE',
    params: z.object({ location: id, evse: id, connector: z.literal('1') }),
    answers: answers('The connector.', ocpi.envelopeOf(ocpi.locationConnector)),
    problems: [],
  }),
  tariffs: operation({
    ...{ operationId: 'listOcpiTariffs', method: 'get', path: `${ROOT}/tariffs`, tag },
    summary: 'Prices of the chargers as OCPI tariffs',
    description: paged,
    query: page,
    answers: answers('A page of tariffs.', ocpi.envelopeOf(z.array(ocpi.tariff))),
    problems: [],
  }),
  cdrs: operation({
    ...{ operationId: 'listOcpiCdrs', method: 'get', path: `${ROOT}/cdrs`, tag },
    summary: 'Finished sessions as OCPI charge detail records',
    description: `${paged} For parties to whom the operator gave a credentials token.`,
    query: page,
    answers: answers('A page of records.', ocpi.envelopeOf(z.array(ocpi.cdr))),
    problems: [],
  }),
  readCredentials: operation({
    ...{ operationId: 'readOcpiCredentials', method: 'get', path: `${ROOT}/credentials`, tag },
    summary: 'Who this server is, for a registered party',
    answers: answers('The credentials.', ocpi.envelopeOf(ocpi.credentials)),
    problems: ['host.unknown'],
  }),
  register: operation({
    ...{ operationId: 'registerOcpiParty', method: 'post', path: `${ROOT}/credentials`, tag },
    summary: 'Register, by the token that the operator gave',
    description:
      'The answer has the token for all requests after this one. Nothing is sent to the other side.',
    body: ocpi.foreignCredentials,
    answers: answers('The credentials.', ocpi.envelopeOf(ocpi.credentials)),
    problems: ['host.unknown'],
  }),
  renew: operation({
    ...{ operationId: 'renewOcpiParty', method: 'put', path: `${ROOT}/credentials`, tag },
    summary: 'Register again, with a new token',
    body: ocpi.foreignCredentials,
    answers: answers('The credentials.', ocpi.envelopeOf(ocpi.credentials)),
    problems: ['host.unknown'],
  }),
  unregister: operation({
    ...{ operationId: 'unregisterOcpiParty', method: 'delete', path: `${ROOT}/credentials`, tag },
    summary: 'End the registration',
    answers: answers('It has ended.', ocpi.done),
    problems: [],
  }),
} as const;
