import type { Hex } from 'viem';
import contracts from '../../protocol/contracts.json' with { type: 'json' };

const { bytecode, deployedFrom, deployedBytes } = contracts.contracts.PasskeyVerifier;

/** The verifier's code on the ledger, cut from the release's build: it has no immutables. */
const CODE = `0x${bytecode.slice(2 + 2 * deployedFrom, 2 + 2 * (deployedFrom + deployedBytes))}`;

/** Whether this is the code whose decisions the audit knows how to make itself. */
export const isPasskeyVerifier = (code: Hex): boolean => code === CODE;
