import { createHash, randomBytes } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import type { Hex } from 'viem';
import type { ServerConfig } from '../../config.ts';
import type { Db } from '../../db.ts';
import { notPossible, tokenMissing } from './refusals.ts';

/** A party to whom the operator gave a token. */
export interface OcpiParty {
  name: string;
  /** As it was sent. */
  token: string;
  /** Whether the operator gave it, to register with (7.1.1). */
  isGiven: boolean;
}

interface PartyServices {
  config: Pick<ServerConfig, 'ocpi'>;
  db: Db;
  now(): number;
}

const hashOf = (token: string): Hex => `0x${createHash('sha256').update(token).digest('hex')}`;

/**
 * Who sends a request: by the token that the operator gave, or by the one that came of the registration.
 *
 * @throws HttpProblem 401 `ocpi.token`.
 */
export async function partyOf({ config, db }: PartyServices, req: Request): Promise<OcpiParty> {
  const [, sent = ''] = /^Token\s+(\S{1,200})$/i.exec(req.get('authorization') ?? '') ?? [];
  // OCPI 2.2.1 has the token in Base64; versions before it, and many clients of today, as it is.
  for (const token of [Buffer.from(sent, 'base64').toString(), sent]) {
    const tokenHash = hashOf(token);
    const given = config.ocpi.tokens.find((one) => hashOf(one.token) === tokenHash);
    const registered = await db
      .selectFrom('ocpiParties')
      .select('name')
      .where('tokenHash', '=', tokenHash)
      .executeTakeFirst();
    const name = given?.name ?? registered?.name;
    if (config.ocpi.tokens.some((one) => one.name === name))
      return { name: name!, token, isGiven: given !== undefined };
  }
  throw tokenMissing();
}

/**
 * Who reads objects. A token that the operator gave is good for it until its party has registered and got another one.
 *
 * @throws HttpProblem 401 `ocpi.token`.
 */
export async function readerOf(services: PartyServices, req: Request): Promise<OcpiParty> {
  const party = await partyOf(services, req);
  const { db } = services;
  const registered = await db
    .selectFrom('ocpiParties')
    .select('name')
    .where('name', '=', party.name)
    .executeTakeFirst();
  if (party.isGiven && registered !== undefined) throw tokenMissing();
  return party;
}

/** OCPI 2.2.1, 4.1.2: a token that nobody has is refused, also where none is needed. @throws HttpProblem 401 `ocpi.token`. */
export const refuseUnknownToken =
  (services: PartyServices): RequestHandler =>
  async (req, _res, next) => {
    if (/^Token /i.test(req.get('authorization') ?? '')) await readerOf(services, req);
    next();
  };

const newToken = (): string => randomBytes(32).toString('base64url');

/** Registers a party. Returns its token, of which only the hash is stored. @throws HttpProblem 405. */
export async function register({ db, now }: PartyServices, name: string, url: string): Promise<string> {
  const token = newToken();
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('ocpiParties')
    .values({ name, tokenHash: hashOf(token), url, registeredAt: now() })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows !== 1n) throw notPossible(`${name} is registered`);
  return token;
}

/** Gives a registered party another token. @throws HttpProblem 405. */
export async function renew({ db, now }: PartyServices, name: string, url: string): Promise<string> {
  const token = newToken();
  const { numUpdatedRows } = await db
    .updateTable('ocpiParties')
    .set({ tokenHash: hashOf(token), url, registeredAt: now() })
    .where('name', '=', name)
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) throw notPossible(`${name} is not registered`);
  return token;
}

/** @throws HttpProblem 405. */
export async function unregister({ db }: PartyServices, name: string): Promise<void> {
  const { numDeletedRows } = await db.deleteFrom('ocpiParties').where('name', '=', name).executeTakeFirst();
  if (numDeletedRows !== 1n) throw notPossible(`${name} is not registered`);
}
