import type { Address } from 'viem';
import type { NetworkDeployment } from '../../../protocol/networks.ts';

/** What `npm run deploy` records, with this market; its other contracts are nobody's concern. */
export const deploymentWith = (
  market: Address,
  deployBlock: number,
  token: Address = market,
): NetworkDeployment => ({
  market,
  extension: market,
  ocmfVerifier: market,
  passkeyVerifier: market,
  depositAddresses: market,
  token,
  deployBlock,
});
