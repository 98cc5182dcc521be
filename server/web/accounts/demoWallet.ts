import type { Hex } from 'viem';
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts';
import type { DemoWallet, Role } from './walletKinds.ts';

/** The wallet of a private key in this browser. For demo money only: anyone who uses this browser can use it. */
export const demoWallet = (role: Role, privateKey: Hex): DemoWallet => ({
  role,
  kind: 'demo',
  address: privateKeyToAddress(privateKey),
  privateKey,
});

export const makeDemoWallet = (role: Role): DemoWallet => demoWallet(role, generatePrivateKey());
