import { z } from 'zod';
import type { AuditReport } from '../audit-report.ts';
import type { Discrepancy } from '../lib/discrepancy.ts';
import { AuditError } from '../lib/errors.ts';
import { MARKET_EVENTS } from '../rules/abi.ts';
import { networkOfChain } from '../rules/networks.ts';
import { differences, type Expected, extra, mismatch, missing } from './differences.ts';
import { nodeOf } from './since.ts';
import { type Around, aroundOf } from './slots.ts';
import { type AnyObject, type ApiSource, anyObject, get } from './source.ts';

/** What every client reads first: what differs, and what the other comparisons need of it. */
export interface ComparedConfig {
  discrepancies: Discrepancy[];
  around: Around;
  /** Whether locations of other operators are shown beside the market's own. */
  hasForeign: boolean;
}

/**
 * Holds what every client reads first against the market's constants.
 *
 * @throws AuditError `audit.otherMarket`: nothing of this API can be compared.
 */
export async function compareConfig(source: ApiSource, report: AuditReport): Promise<ComparedConfig> {
  const { body, at } = await get(source, '/config', anyObject);
  requireSameMarket(source, report, body);
  const discrepancies = differences({}, configFields(report), body).map((each) => ({
    ...each,
    expected: `config ${each.expected}`,
  }));
  const { foreignFeeds } = body;
  const hasForeign = Array.isArray(foreignFeeds) && foreignFeeds.length > 0;
  return { discrepancies, hasForeign, around: aroundOf(report.pin, at) };
}

function requireSameMarket({ market }: ApiSource, { chainId }: AuditReport, found: AnyObject): void {
  if (String(found.market).toLowerCase() === market.toLowerCase() && found.chainId === chainId) return;
  const served = `${found.market} on chain ${found.chainId}`;
  const isAnswer = typeof found.market === 'string' && typeof found.chainId === 'number';
  throw new AuditError({
    code: isAnswer ? 'audit.otherMarket' : 'audit.api',
    value: isAnswer ? served : 'no market',
    rule: isAnswer
      ? `The API after --api must serve ${market} on chain ${chainId}.`
      : 'The API after --api must answer as Plugpact’s API does.',
    remedy: 'Give the address of the API that serves this market.',
  });
}

function configFields({ chainId, token, constants }: AuditReport): Expected {
  const { windows, bondMax, firstTrustMax, forfeitMin } = constants;
  const network = networkOfChain(chainId);
  return {
    networkName: network?.title ?? null,
    explorerUrl: network?.explorerUrl ?? null,
    'token.address': token.address,
    'token.symbol': token.symbol,
    'token.decimals': token.decimals,
    'windows.reportSec': windows.reportSec,
    'windows.challengeSec': windows.challengeSec,
    'windows.proofSec': windows.proofSec,
    ...{ bondMax, firstTrustMax, forfeitMin },
  };
}

const permanent = z.looseObject({ events: z.array(z.looseObject({ event: z.string() })) });

/** What people read of what cannot be erased: every event of the market, with its fields. */
export async function compareEvents(source: ApiSource): Promise<Discrepancy[]> {
  const { body } = await get(source, '/ledger/permanent', permanent);
  const shown = body.events.map(({ event, fields }) => `${event}: ${String(fields)}`);
  const expected = [...MARKET_EVENTS.values()].map(
    ({ name, inputs }) => `${name}: ${inputs.map((input) => input.name).join()}`,
  );
  const tooMany = shown.filter((each, i) => !expected.includes(each) || shown.indexOf(each) < i);
  const lacking = expected.filter((each) => !shown.includes(each));
  return [
    ...tooMany.map((each) => extra({}, 'permanent: the events of the market, each once', each)),
    ...lacking.map((each) => missing({}, `permanent with ${each}`, 'not in the list')),
  ];
}

/** How far the API has read, and whether it gives its newest block the time that the ledger gives it. */
export async function compareHead(
  source: ApiSource,
): Promise<{ indexedTo: number; discrepancies: Discrepancy[] }> {
  const { body } = await get(source, '/ledger/head', anyObject);
  const { indexedTo, blockNumber, blockTimestamp, verifiedTo } = body;
  if (!Number.isSafeInteger(indexedTo)) throw noHead(indexedTo);
  const discrepancies: Discrepancy[] = [];
  const at = Number.isSafeInteger(blockNumber) ? await timeOf(source, BigInt(blockNumber as number)) : 0;
  if (at !== undefined && at !== blockTimestamp)
    discrepancies.push(
      mismatch({}, `head blockTimestamp ${at} of block ${blockNumber}`, String(blockTimestamp)),
    );
  if (!(Number(verifiedTo) <= Number(indexedTo)))
    discrepancies.push(mismatch({}, `head verifiedTo at most ${indexedTo}`, String(verifiedTo)));
  return { indexedTo: indexedTo as number, discrepancies };
}

/** The time of a block, unix seconds; undefined where the node does not have it yet. */
export async function timeOf(source: ApiSource, blockNumber: bigint): Promise<number | undefined> {
  const client = nodeOf(source);
  if ((await client.getBlockNumber({ cacheTime: 0 })) < blockNumber) return undefined;
  return Number((await client.getBlock({ blockNumber })).timestamp);
}

const noHead = (indexedTo: unknown): AuditError =>
  new AuditError({
    code: 'audit.api',
    value: `indexedTo ${indexedTo}`,
    rule: 'The API after --api must answer as Plugpact’s API does: its head says up to which block it has read.',
    remedy: 'Give the address of a running server, or leave --api out: the ledger suffices.',
  });
