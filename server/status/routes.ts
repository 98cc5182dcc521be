import { Router } from 'express';
import { zeroAddress } from 'viem';
import apiDocument from '../../protocol/api/openapi.json' with { type: 'json' };
import { status } from '../../protocol/api/status.ts';
import type { ConfigResponse } from '../../protocol/api.ts';
import { NETWORKS } from '../../protocol/networks.ts';
import { readLedger } from '../chain/versions.ts';
import { localWallboxesOf } from '../charging/localWallboxes.ts';
import { isOtherOrigin } from '../http/cors.ts';
import { operate } from '../http/operate.ts';
import { OPERATOR_PAGES } from '../http/operator-pages.ts';
import { ledgerUnreachable } from '../http/problem.ts';
import type { Services } from '../services.ts';

/** What a client reads first: the ledger, the market, and how far the ledger is indexed. */
export function statusRoutes(services: Services): Router {
  const router = Router();
  operate(router, status.getApiDocument, [], async () => apiDocument as { openapi: '3.1.0' });
  operate(router, status.getConfig, [], async ({ req, res }) => {
    res.vary('origin');
    const { local, ...config } = await configOf(services);
    // A web page of somebody else must not learn the codes that wait on this computer.
    return { ...config, local: isOtherOrigin(req.headers.origin, req.headers.host) ? null : local };
  });
  operate(router, status.getLedgerHead, [], async () => {
    const head = services.head();
    if (head === undefined) throw ledgerUnreachable();
    const ledger = await readLedger(services.db);
    return {
      ...head,
      indexedTo: ledger?.indexedTo ?? 0,
      verifiedTo: ledger?.verifiedTo ?? 0,
      progress: services.progress(),
    };
  });
  return router;
}

async function configOf(services: Services): Promise<ConfigResponse> {
  const { config, marketInfo, relayer, faucet, hub, db } = services;
  const { chainId, market, token, windows, bondMax, firstTrustMax, forfeitMin } = marketInfo();
  const pairingCodes = async () => (await hub.offers()).map(({ offer }) => offer.code);
  const wallboxes = () => localWallboxesOf(db, config);
  const network = Object.values(NETWORKS).find((one) => one.chainId === chainId);
  return {
    chainId,
    networkName: network?.title ?? null,
    explorerUrl: network?.explorerUrl ?? null,
    market,
    token,
    passkeyVerifier: config.passkeyVerifier ?? null,
    depositAddresses: config.depositAddresses ?? null,
    topUpUrl: config.topUpUrl ?? null,
    rpcUrl: config.publicRpcUrl,
    windows,
    bondMax: bondMax.toString(),
    firstTrustMax: firstTrustMax.toString(),
    forfeitMin: forfeitMin.toString(),
    relayer: relayer?.address ?? zeroAddress,
    currencyRates: config.currencyRates,
    basemapStyleUrl: config.basemapStyleUrl ?? null,
    streets: config.streets ?? null,
    walletConnect: config.walletConnect ?? null,
    foreignFeeds: config.foreignFeeds.map((feed) => feed.name),
    imprint: config.operatorPages.imprint === undefined ? null : OPERATOR_PAGES.imprint,
    privacy: config.operatorPages.privacy === undefined ? null : OPERATOR_PAGES.privacy,
    local:
      faucet === undefined
        ? null
        : { faucet: true, pairingCodes: await pairingCodes(), wallboxes: await wallboxes() },
  };
}
