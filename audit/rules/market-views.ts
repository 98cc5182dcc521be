import { parseAbi } from 'viem';

/** What the market answers about its constants and its storage; token units, seconds, packed words. */
export const MARKET_VIEWS = parseAbi([
  'function TOKEN() view returns (address)',
  'function REPORT_SEC() view returns (uint256)',
  'function CHALLENGE_SEC() view returns (uint256)',
  'function PROOF_SEC() view returns (uint256)',
  'function BOND_MAX() view returns (uint256)',
  'function FIRST_TRUST_MAX() view returns (uint256)',
  'function FORFEIT_MIN() view returns (uint256)',
  'function EXTENSION() view returns (address)',
  'function OCMF_VERIFIER() view returns (address)',
  'function marketFee() view returns (uint256 basisPoints, address to)',
  'function guardian() view returns (address account, uint256 endsAt)',
  'function purseOf(address account, uint32 purse) view returns (uint256 balance, uint256 tail)',
  'function earningsOf(bytes32 listingId, address host) view returns (uint256 earned, uint256 soldWh, uint256 sessions)',
  'function listingOf(bytes32 listingId) view returns (uint256)',
  'function calendarWordOf(bytes32 listingId, uint256 slot) view returns (uint256)',
  'function nonces(address owner) view returns (uint256)',
]);
