import { type Hex, keccak256, stringToHex } from 'viem';

/** What EIP-712 `Subscription` commits to. */
export const endpointHash = (url: string): Hex => keccak256(stringToHex(url));
