import { Router } from 'express';
import { zeroAddress } from 'viem';
import type { ConfigResponse } from '../../protocol/api.ts';
import { readLedger } from '../chain/versions.ts';
import { localWallboxesOf } from '../charging/localWallboxes.ts';
import { ledgerUnreachable } from '../http/problem.ts';
import type { Services } from '../services.ts';

/** What a client reads first: the ledger, the market, and how far the ledger is indexed. */
export function statusRoutes(services: Services): Router {
  const router = Router();
  router.get('/config', async (_req, res) => {
    res.json(await configOf(services));
  });
  router.get('/ledger/head', async (_req, res) => {
    const head = services.head();
    if (head === undefined) throw ledgerUnreachable();
    res.json({ ...head, indexedTo: (await readLedger(services.db))?.indexedTo ?? 0 });
  });
  return router;
}

async function configOf(services: Services): Promise<ConfigResponse> {
  const { config, marketInfo, relayer, faucet, hub, db } = services;
  const { chainId, market, token, windows, bondMax, firstTrustMax, forfeitMin } = marketInfo();
  const pairingCodes = () => hub.offers().map(({ offer }) => offer.code);
  const wallboxes = () => localWallboxesOf(db, config);
  return {
    chainId,
    market,
    token,
    passkeyVerifier: config.passkeyVerifier ?? null,
    depositAddresses: config.depositAddresses ?? null,
    rpcUrl: config.publicRpcUrl,
    windows,
    bondMax: bondMax.toString(),
    firstTrustMax: firstTrustMax.toString(),
    forfeitMin: forfeitMin.toString(),
    relayer: relayer?.address ?? zeroAddress,
    basemapStyleUrl: config.basemapStyleUrl ?? null,
    local:
      faucet === undefined
        ? null
        : { faucet: true, pairingCodes: pairingCodes(), wallboxes: await wallboxes() },
  };
}

/** Health check: status 200 while the server reaches the ledger, otherwise 503. */
export function healthRoute({ db, head }: Services): Router {
  const router = Router();
  router.get('/healthz', async (_req, res) => {
    const seen = head();
    const ledger = await readLedger(db);
    const indexedTo = ledger?.indexedTo ?? null;
    res.status(seen === undefined ? 503 : 200).json({
      status: seen === undefined ? 'degraded' : 'ok',
      ledger: {
        reachable: seen !== undefined,
        chainId: ledger?.chainId ?? null,
        head: seen?.blockNumber ?? null,
      },
      index: {
        indexedTo,
        lagBlocks:
          seen === undefined || indexedTo === null ? null : Math.max(0, seen.blockNumber - indexedTo),
      },
    });
  });
  return router;
}
