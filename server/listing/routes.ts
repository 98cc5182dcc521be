import { Router } from 'express';
import { type Address, isAddressEqual } from 'viem';
import { accounts } from '../../protocol/api/accounts.ts';
import type { PairingResponse } from '../../protocol/api.ts';
import { listingIdOf } from '../../protocol/listing.ts';
import { signerOf } from '../../protocol/signature.ts';
import { limitTo } from '../http/limits.ts';
import { operate } from '../http/operate.ts';
import { HttpProblem } from '../http/problem.ts';
import type { Services } from '../services.ts';

/** How long an agent's consent may be valid, and how far two clocks may differ. */
const MAX_CONSENT_SEC = 600 + 60;

/** Pairing: with the code that the agent shows, a host proves access to the connector and may list it. */
export function listingRoutes(services: Services): Router {
  const router = Router();
  operate(router, accounts.pairCharger, [limitTo(services.limits.pairing)], async ({ body }) =>
    pair(services, body.code, body.host),
  );
  return router;
}

async function pair(services: Services, code: string, host: Address): Promise<PairingResponse> {
  const [found] = await services.hub.offers(code);
  if (found === undefined) throw unknownCode();
  const { agentKey } = found;
  const { consent } = await services.hub.request(agentKey, { type: 'pair', code, host });
  if (consent === undefined) throw badConsent('no consent');
  const { offer, validUntil, signature } = consent;
  const listingId = listingIdOf(agentKey, offer.connector);
  const message = { listingId, host, validUntil: BigInt(validUntil) };
  const signer = await signerOf(services.marketRef(), 'AgentConsent', message, signature).catch(
    () => undefined,
  );
  if (signer === undefined || !isAddressEqual(signer, agentKey))
    throw badConsent('a signature of another key');
  const isTimely = validUntil > services.now() && validUntil <= services.now() + MAX_CONSENT_SEC;
  if (!isTimely) throw badConsent(`valid until ${validUntil}`);
  return { agentKey, listingId, offer, consentValidUntil: validUntil, agentConsent: signature };
}

const unknownCode = (): HttpProblem =>
  new HttpProblem(404, {
    code: 'pairing.unknown',
    rule: 'The code must be one that a connected meter agent shows now.',
    remedy: 'Read the code again from the agent’s status page or log, and check that the agent is online.',
  });

const badConsent = (value: string): HttpProblem =>
  new HttpProblem(503, {
    code: 'pairing.badConsent',
    value,
    rule: 'The agent’s consent must be signed by its key and expire within 10 minutes.',
    remedy: 'Check the clock of the computer that the agent runs on, then try again.',
    retry: 'later',
  });
