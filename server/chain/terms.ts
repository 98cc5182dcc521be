import type { Insertable, Selectable } from 'kysely';
import type { Hex } from 'viem';
import type { TermsStruct } from '../../protocol/terms.ts';
import type { Tables, Tx } from '../db.ts';

/** Stores terms under their hash, unless they are stored already. */
export async function putTerms(tx: Tx, terms: Insertable<Tables['terms']>): Promise<void> {
  await tx
    .insertInto('terms')
    .values(terms)
    .onConflict((conflict) => conflict.column('termsHash').doNothing())
    .execute();
}

export const termsOfHash = (tx: Tx, termsHash: Hex) =>
  tx.selectFrom('terms').selectAll().where('termsHash', '=', termsHash).executeTakeFirst();

/** The terms of a listing's current version. */
export const listedTerms = (tx: Tx, listingId: Hex) =>
  tx
    .selectFrom('listings')
    .innerJoin('terms', 'terms.termsHash', 'listings.termsHash')
    .selectAll('terms')
    .where('listingId', '=', listingId)
    .where('untilBlock', 'is', null)
    .executeTakeFirstOrThrow();

/** Terms as the struct that the contracts take. */
export function toTermsStruct(
  row: Omit<Selectable<Tables['terms']>, 'termsHash' | 'fromBlock'>,
): TermsStruct {
  return {
    host: row.host,
    agentKey: row.agentKey,
    tariff: BigInt(row.tariff),
    bookingTerms: BigInt(row.bookingTerms),
    metering: BigInt(row.metering),
    meterKeyHash: row.meterKeyHash,
  };
}
