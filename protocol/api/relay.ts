import { z } from 'zod';
import { RFID_UID } from '../rfid.ts';
import { address, hex32, hexBytes } from '../schemas.ts';
import { operation } from './operation.ts';
import { count, money, unixSec } from './shapes.ts';

/** The longest call that the relay takes. A proof of many meter records is longer: who has one pays its gas. */
export const RELAY_MAX_DATA_BYTES = 16_384;

const sent = z.strictObject({ transactionHash: hex32 }).meta({ id: 'SentTransaction' });
export type RelayResponse = z.infer<typeof sent>;

/** A custom error of the contracts, its arguments as text. */
const ledgerError = z.strictObject({ name: z.string(), args: z.record(z.string(), z.string()) });

const relayed = z
  .strictObject({
    id: hex32.describe('Hash of contract and call: the same for the same call.'),
    status: z
      .enum(['QUEUED', 'SENT', 'DONE', 'REVERTED', 'REFUSED'])
      .describe(
        'DONE and REVERTED: mined. REFUSED: the ledger would not take it any more, and it was not sent.',
      ),
    transactionHash: hex32
      .nullable()
      .describe(
        'The newest transaction that carries the call, with others in a batch, or the one that was mined.',
      ),
    blockNumber: count.nullable(),
    error: ledgerError.nullable(),
  })
  .meta({ id: 'RelayedCall', description: 'A call that was handed in, and how far it is.' });
export type RelayedCallResponse = z.infer<typeof relayed>;

const relayFees = z
  .strictObject({
    relayer: address,
    validUntil: unixSec,
    fees: z.array(
      z.strictObject({
        functionName: z.string(),
        gas: count.describe('Measured.'),
        fee: money
          .nullable()
          .describe(
            'Relay fee to sign; 0 where the operator pays; null where the call is not relayed at present.',
          ),
        allowance: z.string().nullable().describe('Name of what the operator gives away for such calls.'),
      }),
    ),
  })
  .meta({ id: 'RelayFees' });
export type RelayFeesResponse = z.infer<typeof relayFees>;

export const relay = {
  relayCall: operation({
    operationId: 'relayCall',
    ...{ method: 'post', path: '/relay', tag: 'relay' },
    summary: 'Hand in a signed call, whose gas the relayer pays',
    description:
      'The call is kept before it is sent. The same call gets the same answer, however often it is handed in. ' +
      'What the call did is told by `GET /relay/{id}`.',
    body: z.strictObject({ to: address, data: hexBytes(RELAY_MAX_DATA_BYTES) }),
    answers: {
      200: { description: 'It has a transaction.', schema: relayed },
      202: { description: 'It is kept, and sent later.', schema: relayed },
    },
    problems: [
      'relay.notMarket',
      'relay.notAllowed',
      'relay.malformed',
      'relay.reverted',
      'relay.feeTooLow',
      'relay.unpaid',
      'relay.quota',
      'relay.outOfGas',
      'relay.unavailable',
    ],
  }),
  readRelayFees: operation({
    operationId: 'readRelayFees',
    ...{ method: 'get', path: '/relay/fee', tag: 'relay' },
    summary: 'Tell what relaying costs, before anything is signed',
    answers: { 200: { description: 'The fee of each call.', schema: relayFees } },
    problems: ['relay.unavailable'],
  }),
  readRelayedCall: operation({
    operationId: 'readRelayedCall',
    ...{ method: 'get', path: '/relay/{callId}', tag: 'relay' },
    summary: 'Read how far a call is that was handed in',
    params: z.strictObject({ callId: hex32 }),
    answers: { 200: { description: 'The call.', schema: relayed } },
    problems: ['relay.unknown', 'relay.unavailable'],
  }),
};

const shownStep = z.strictObject({
  atMs: count.describe('Since it began.'),
  side: z.enum(['DRIVER', 'HOST', 'LEDGER']),
  code: z.enum([
    'ARRIVES',
    'FUNDED',
    'SIGNED_BOOKING',
    'LOCKED',
    'EXPECTS',
    'PLUGGED_IN',
    'STARTED',
    'GIVES_POWER',
    'SIGNED_READING',
    'COSIGNED',
    'ALLOWED',
    'STOPPED',
    'UNPLUGGED',
    'SIGNED_FINAL',
    'PAID',
    'REFUNDED',
  ]),
  amount: money.optional(),
  energyWh: count.optional(),
  seq: count.optional(),
  transactionHash: hex32.optional(),
});
export type ShownStep = z.infer<typeof shownStep>;

/** A charge of the demonstration, as far as it is. */
export const shownCharge = z
  .strictObject({
    id: z.string(),
    state: z.enum(['RUNNING', 'DONE', 'FAILED']),
    listingId: hex32,
    steps: z.array(shownStep),
  })
  .meta({ id: 'ShownCharge', description: 'A whole charge at a simulated home, to be watched.' });
export type ShownCharge = z.infer<typeof shownCharge>;

export const local = {
  beginShownCharge: operation({
    operationId: 'beginShownCharge',
    method: 'post',
    path: '/local/shown-charge',
    isOwnOrigin: true,
    tag: 'local',
    summary: 'Begins a whole charge at a simulated home, to be watched',
    description: 'One at a time: while one is under way, it is that one.',
    body: z.strictObject({}),
    answers: { 202: { description: 'It is under way.', schema: shownCharge } },
    problems: ['town.unreachable'],
  }),
  readShownCharge: operation({
    operationId: 'readShownCharge',
    method: 'get',
    path: '/local/shown-charge',
    tag: 'local',
    summary: 'Reads how far the charge is that is shown',
    answers: { 200: { description: 'The newest; null before the first.', schema: shownCharge.nullable() } },
    problems: ['town.unreachable'],
  }),
  giveDemoMoney: operation({
    operationId: 'giveDemoMoney',
    method: 'post',
    path: '/faucet',
    isOwnOrigin: true,
    tag: 'local',
    summary: 'Demo money, on the local ledger only',
    body: z.strictObject({
      account: address,
      gas: z.boolean().optional().describe('false: tokens alone. A relayer pays the gas of signed calls.'),
    }),
    answers: { 200: { description: 'It was sent.', schema: sent } },
    problems: ['faucet.unavailable'],
  }),
  moveWallbox: operation({
    operationId: 'moveWallbox',
    method: 'post',
    path: '/local/wallboxes/{connector}/{act}',
    isOwnOrigin: true,
    tag: 'local',
    summary: 'Moves the cable of a simulated wallbox, or shows it a card',
    description: 'Real wallboxes cannot be reached here. `present` shows the card `idTag` to the reader.',
    params: z.object({ connector: z.string(), act: z.enum(['plug', 'unplug', 'present']) }),
    body: z.strictObject({ idTag: z.string().regex(RFID_UID).optional() }),
    answers: { 202: { description: 'Done.', schema: z.strictObject({}) } },
    problems: ['wallbox.notFound', 'wallbox.unreachable'],
  }),
};
