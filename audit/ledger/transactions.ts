import type { Address, Hex, PublicClient } from 'viem';
import type { Faults } from './node-faults.ts';
import { rawTransaction, signedHashOf } from './raw-transaction.ts';

/** A transaction whose calldata its hash binds. */
export interface Transaction {
  hash: Hex;
  blockNumber: number;
  blockHash: Hex;
  /** Its position in the block. */
  index: number;
  /** Who the node says sent it; `digest` and `signature` prove it. */
  from: Address;
  /** Null where it creates a contract. */
  to: Address | null;
  input: Hex;
  /** What the sender signed, and r, s and the recovery byte; absent where no key signs, as in a rollup's deposits. */
  signed?: { digest: Hex; signature: Hex };
}

/** Requests in one batch; the next batch is on its way while one is used. */
const TRANSACTIONS_AT_ONCE = 100;

/**
 * Reads each transaction once. One that the node does not know, or whose fields do not make its hash, becomes a fault and
 * is left out.
 */
export async function* readTransactions(
  client: PublicClient,
  hashes: Iterable<Hex>,
  faults: Faults,
): AsyncGenerator<Transaction> {
  const wanted = [...new Set(hashes)];
  const chunkFrom = (at: number): Promise<unknown[]> =>
    Promise.all(wanted.slice(at, at + TRANSACTIONS_AT_ONCE).map((hash) => request(client, hash)));
  let next = chunkFrom(0);
  for (let at = 0; at < wanted.length; at += TRANSACTIONS_AT_ONCE) {
    const answers = await next;
    next = chunkFrom(at + TRANSACTIONS_AT_ONCE);
    // A failure is met when the chunk is used.
    next.catch(() => undefined);
    for (const [offset, answer] of answers.entries()) {
      const read = checked(wanted[at + offset]!, answer, faults);
      if (read !== undefined) yield read;
    }
  }
}

const request = (client: PublicClient, hash: Hex): Promise<unknown> =>
  client.request({ method: 'eth_getTransactionByHash', params: [hash] });

function checked(hash: Hex, answer: unknown, faults: Faults): Transaction | undefined {
  const parsed = rawTransaction.safeParse(answer);
  const refuse = (code: string, expected: string, found: string) => {
    faults.add(code, expected, found, hash);
    return undefined;
  };
  if (!parsed.success) {
    const found = answer === null ? 'null' : 'something else';
    return refuse('node.transactionMissing', 'the transaction that the logs name', found);
  }
  const { data } = parsed;
  const computed = signedHashOf(data);
  if (data.hash.toLowerCase() !== hash || (computed !== undefined && computed.hash !== hash)) {
    return refuse('node.transactionHash', hash, computed?.hash ?? data.hash);
  }
  return {
    hash,
    blockNumber: Number(data.blockNumber),
    blockHash: data.blockHash as Hex,
    index: Number(data.transactionIndex),
    from: data.from as Address,
    to: (data.to ?? null) as Address | null,
    input: data.input as Hex,
    ...(computed === undefined ? {} : { signed: { digest: computed.digest, signature: computed.signature } }),
  };
}
