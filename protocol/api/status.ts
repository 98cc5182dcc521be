import { z } from 'zod';
import { address, connector, hex32 } from '../schemas.ts';
import { operation } from './operation.ts';
import { count, money, unixSec } from './shapes.ts';

/** A simulated wallbox of this machine, whose cable the page may plug in. */
const localWallbox = z.strictObject({
  chargePointId: z.string(),
  connector,
  listingId: hex32.optional().describe('Its newest listing, once there is one.'),
});
export type LocalWallbox = z.infer<typeof localWallbox>;

const config = z
  .strictObject({
    chainId: z.int().min(1),
    networkName: z
      .string()
      .nullable()
      .describe('Of protocol/networks/, by the chain; null for a chain without a file there.'),
    explorerUrl: z
      .string()
      .nullable()
      .describe('Block explorer of the chain, which shows /tx/{hash} and /address/{address}.'),
    market: address,
    token: z.strictObject({ address, symbol: z.string(), decimals: count }),
    passkeyVerifier: address
      .nullable()
      .describe('Verifier of passkey accounts; null where this server names none.'),
    depositAddresses: address
      .nullable()
      .describe('The market’s factory of deposit addresses; null where this server names none.'),
    topUpUrl: z
      .string()
      .nullable()
      .describe('Page that sells the token; `{address}` in it stands for the deposit address.'),
    rpcUrl: z
      .string()
      .describe('JSON-RPC endpoint for the client’s own reads: the ledger decides, not this API.'),
    windows: z.strictObject({ reportSec: count, challengeSec: count, proofSec: count }),
    bondMax: money,
    firstTrustMax: money,
    forfeitMin: money,
    relayer: address.describe('What signs the relayed calls; the zero address means that nobody relays.'),
    currencyRates: z
      .record(z.string().regex(/^[A-Z]{3}$/), z.string().regex(/^\d{1,9}(\.\d{1,9})?$/))
      .describe(
        'What one token is worth by the operator’s word, by ISO 4217 code: to be shown beside the token, never paid by.',
      ),
    basemapStyleUrl: z.string().nullable().describe('MapLibre style, or null for this server’s own basemap.'),
    streets: z
      .strictObject({ styleUrl: z.string(), darkStyleUrl: z.string() })
      .nullable()
      .describe(
        'MapLibre styles with streets of somebody else, to be loaded only when the reader asks for them.',
      ),
    walletConnect: z
      .strictObject({ projectId: z.string(), relayUrl: z.string() })
      .nullable()
      .describe('How the page reaches wallet apps by WalletConnect, or null where it offers none.'),
    imprint: z.literal('/imprint').nullable().describe('Page of who runs this server.'),
    privacy: z.literal('/privacy').nullable().describe('Page of what this server does with data.'),
    foreignFeeds: z.array(z.string()).describe('Names of the feeds of foreign charging locations.'),
    local: z
      .strictObject({
        faucet: z.literal(true),
        pairingCodes: z.array(z.string()),
        wallboxes: z.array(localWallbox),
      })
      .nullable()
      .describe('Only on the local ledger: demo money may be asked for, and these pairing codes wait.'),
  })
  .meta({ id: 'Config' });
export type ConfigResponse = z.infer<typeof config>;

const progress = z
  .strictObject({ blocksLeft: count, secondsLeft: count })
  .nullable()
  .describe('Of a back-fill; null while there is none.');

const ledgerHead = z
  .strictObject({
    blockNumber: count,
    blockTimestamp: unixSec,
    indexedTo: count,
    verifiedTo: count.describe('Up to here a second reading gave the same events.'),
    progress,
  })
  .meta({ id: 'LedgerHead' });
export type LedgerHeadResponse = z.infer<typeof ledgerHead>;

const health = z
  .strictObject({
    status: z.enum(['ok', 'degraded']),
    database: z.strictObject({ reachable: z.boolean() }),
    ledger: z.strictObject({
      reachable: z.boolean(),
      chainId: count.nullable(),
      head: count.nullable(),
      headTimestamp: unixSec.nullable(),
    }),
    index: z.strictObject({
      indexedTo: count.nullable(),
      lagBlocks: count.nullable(),
      verifiedTo: z.int().nullable(),
      contradiction: z
        .strictObject({
          kind: z.enum(['answer', 'history']),
          fromBlock: count,
          toBlock: count,
          reason: z.string(),
          since: unixSec,
        })
        .nullable()
        .describe('What nodes contradict each other about.'),
      progress,
    }),
  })
  .meta({ id: 'Health' });

const check = z.strictObject({
  status: z.enum(['ok', 'warn', 'fail']),
  reason: z.string().optional(),
});

const readiness = z
  .strictObject({
    status: z.enum(['ready', 'notReady']),
    checks: z.strictObject({
      process: check,
      database: check,
      ledger: check,
      index: check,
      relayer: check,
      proxy: check,
    }),
  })
  .meta({ id: 'Readiness' });

const atRoot = { method: 'get', tag: 'status', isOutsideOfApi: true } as const;

export const status = {
  getHealth: operation({
    ...{ ...atRoot, operationId: 'getHealth', path: '/healthz' },
    summary: 'Whether everything works that this server needs',
    answers: {
      200: { description: 'All of it works.', schema: health },
      503: { description: 'Something does not; the answer says what.', schema: health },
    },
    problems: [],
  }),
  getReadiness: operation({
    ...{ ...atRoot, operationId: 'getReadiness', path: '/readyz' },
    summary: 'Whether this process shall get requests',
    description: 'A warning is for the operator: requests are answered all the same.',
    answers: {
      200: { description: 'It shall.', schema: readiness },
      503: {
        description: 'It stops, its database is away, or its index is behind or in doubt.',
        schema: readiness,
      },
    },
    problems: [],
  }),
  getApiDocument: operation({
    operationId: 'getApiDocument',
    method: 'get',
    path: '/openapi.json',
    tag: 'status',
    summary: 'This document',
    answers: { 200: { description: 'OpenAPI 3.1.', schema: z.looseObject({ openapi: z.literal('3.1.0') }) } },
    problems: [],
  }),
  getConfig: operation({
    operationId: 'getConfig',
    method: 'get',
    path: '/config',
    tag: 'status',
    summary: 'Chain, market, token, and what this server offers',
    answers: { 200: { description: 'What a client reads first.', schema: config } },
    problems: [],
  }),
  getLedgerHead: operation({
    operationId: 'getLedgerHead',
    method: 'get',
    path: '/ledger/head',
    tag: 'status',
    summary: 'The ledger’s newest block, and how far it is indexed',
    answers: { 200: { description: 'Head of the ledger and of the index.', schema: ledgerHead } },
    problems: [],
  }),
};
