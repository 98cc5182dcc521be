import type { RelayFeesResponse } from '../../protocol/api/relay.ts';
import { gasLimitOf } from '../outbox/gas-fees.ts';
import type { Outbox } from '../outbox/types.ts';
import type { RelayServices } from './handIn.ts';
import { measuredGas } from './measuredGas.ts';
import { canPay, groupOf } from './parties.ts';
import { quotedFee } from './price.ts';
import { allowanceLeft, dayOf } from './quotas.ts';
import { SINGLE_CALLS } from './relayCall.ts';
import { tokenPriceOf } from './tokenPrice.ts';

/** How long a fee that was told is taken, unless gas gets dearer by more than its margin. */
const VALID_SEC = 300;

/** Bytes of most calls; the dearest part of them is not data. */
const CALL_BYTES = 700;

/** What each call costs to relay, before anything is signed. */
export async function relayFees(services: RelayServices, relayer: Outbox): Promise<RelayFeesResponse> {
  const { client, config, db, now, marketInfo } = services;
  const [gas, price, dataFee, unitsPerCoin, left] = await Promise.all([
    measuredGas(db, SINGLE_CALLS),
    relayer.price(),
    relayer.dataFee(CALL_BYTES),
    tokenPriceOf(client, config.relay, marketInfo().token.decimals, now()),
    allowances(services),
  ]);
  const fees = SINGLE_CALLS.map((functionName) => {
    const need = { gas: gasLimitOf(BigInt(gas.get(functionName)!)), dataFee, price };
    const allowance = groupOf(functionName);
    const isGiven = left.get(allowance)! > 0n;
    const told =
      canPay(functionName) && unitsPerCoin !== undefined
        ? String(quotedFee(need, config.relay.marginPercent, unitsPerCoin))
        : null;
    const paid = isGiven ? { fee: '0', allowance } : { fee: told, allowance: null };
    return { functionName, gas: gas.get(functionName)!, ...paid };
  });
  return { relayer: relayer.address, validUntil: now() + VALID_SEC, fees };
}

/** What is left today, wei by name. */
async function allowances({ db, config, now }: RelayServices): Promise<Map<string, bigint>> {
  const names = [...new Set(SINGLE_CALLS.map(groupOf))];
  const left = await Promise.all(
    names.map((name) => allowanceLeft(db, name, dayOf(now()), config.relay.allowances[name] ?? 0n)),
  );
  return new Map(names.map((name, i) => [name, left[i]!]));
}
