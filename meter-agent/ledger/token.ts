import { demoTokenAbi, plugpactMarketAbi } from '../../protocol/abi.ts';
import type { Journal } from '../journal/journal.ts';
import type { LedgerFollower } from './ledger-follower.ts';

/** Note in the journal: the market's token, as exports name it. */
export const TOKEN_NOTE = 'token';

export interface Token {
  symbol: string;
  decimals: number;
}

/** Asks the ledger once for the token's name and decimals; sessions run without them. */
export async function learnToken(ledger: LedgerFollower, journal: Journal): Promise<void> {
  const market = ledger.facts?.ref.market;
  if (market === undefined || journal.note(TOKEN_NOTE) !== undefined) return;
  const { client } = ledger;
  const address = await client.readContract({
    address: market,
    abi: plugpactMarketAbi,
    functionName: 'TOKEN',
  });
  const token = { address, abi: demoTokenAbi } as const;
  const [symbol, decimals] = await Promise.all([
    client.readContract({ ...token, functionName: 'symbol' }),
    client.readContract({ ...token, functionName: 'decimals' }),
  ]);
  journal.setNote(TOKEN_NOTE, { symbol, decimals });
}
