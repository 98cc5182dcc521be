import { secp256k1 } from '@noble/curves/secp256k1.js';
import { concatBytes, decodeEventLog, type Hex, hashTypedData, hexToBytes } from 'viem';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import { type CompactSignature, fromReadingStruct, type ReadingStruct } from '../../../protocol/reading.ts';
import { fromCompact } from '../../../protocol/signature.ts';
import { type MarketRef, typedData } from '../../../protocol/signedTypes.ts';
import { rpc } from '../../lib/json-rpc.ts';

/** Blocks in a request for logs. */
const RANGE = 1_000;

interface Log {
  topics: [Hex, ...Hex[]];
  data: Hex;
}

interface Settled {
  bookingId: Hex;
  reading: ReadingStruct;
  agentSignature: CompactSignature;
  sessionSignature: CompactSignature;
}

/** What no audit can do without: reads the logs and recovers the two signatures of each session. Gives the sessions. */
export async function auditFloor(rpcUrl: string, ref: MarketRef): Promise<number> {
  const newest = Number(await rpc<Hex>(rpcUrl, 'eth_blockNumber'));
  let sessions = 0;
  for (let from = 0; from <= newest; from += RANGE) {
    const span = { fromBlock: from, toBlock: Math.min(newest, from + RANGE - 1) };
    const hex = Object.fromEntries(
      Object.entries(span).map(([name, block]) => [name, `0x${block.toString(16)}`]),
    );
    for (const log of await rpc<Log[]>(rpcUrl, 'eth_getLogs', [{ address: ref.market, ...hex }])) {
      const { eventName, args } = decodeEventLog({ abi: plugpactMarketAbi, ...log });
      if (eventName !== 'Settled') continue;
      recoverBoth(ref, args as unknown as Settled);
      sessions++;
    }
  }
  return sessions;
}

function recoverBoth(
  ref: MarketRef,
  { bookingId, reading, agentSignature, sessionSignature }: Settled,
): void {
  const message = fromReadingStruct(bookingId, reading);
  const digest = hexToBytes(hashTypedData(typedData(ref, 'Reading', { ...message }) as never));
  for (const signature of [agentSignature, sessionSignature]) {
    const bytes = hexToBytes(fromCompact(signature));
    const recovered = concatBytes([new Uint8Array([bytes[64]! - 27]), bytes.subarray(0, 64)]);
    secp256k1.recoverPublicKey(recovered, digest, { prehash: false });
  }
}
