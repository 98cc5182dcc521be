import { readArtifact } from '../lib/artifacts.ts';

/**
 * The contracts that TypeScript calls, and the name of each one's ABI in `protocol/abi.ts`. The market answers with
 * its own calls and with those of its extension, and hands on the errors
 * of its verifier.
 */
const CONTRACTS = {
  plugpactMarketAbi: ['PlugpactMarket', 'PlugpactExtension', 'OcmfVerifier'],
  depositAddressesAbi: ['DepositAddresses'],
  demoTokenAbi: ['mocks/DemoToken'],
} as const;

const HEAD = '// Generated from the compiled contracts by "npm run check -- --write". Do not edit.\n';

/** The text of `protocol/abi.ts`. */
export function generateAbi(): string {
  const parts = Object.entries(CONTRACTS).map(
    ([name, sources]) => `export const ${name} = ${JSON.stringify(joinedAbi(sources), null, 2)} as const;\n`,
  );
  return [HEAD, ...parts].join('\n');
}

/** The same ABIs as data, for readers that are no TypeScript of this repository: `protocol/abi.json`, an item a line. */
export function generateAbiFile(): string {
  const { plugpactMarketAbi: market, depositAddressesAbi: depositAddresses } = CONTRACTS;
  const parts = Object.entries({ market, depositAddresses }).map(
    ([name, sources]) =>
      `"${name}": [\n${joinedAbi(sources)
        .map((item) => JSON.stringify(item))
        .join(',\n')}\n]`,
  );
  return `{\n${parts.join(',\n')}\n}\n`;
}

/** A caller of the first contract meets the second one's calls too, and the errors of any further one. */
const belongs = ({ type }: { type: string }, index: number): boolean =>
  index === 0 || type === 'error' || (index === 1 && type !== 'constructor');

/** The first contract's ABI and what the others add to it. */
function joinedAbi(sources: readonly string[]): unknown[] {
  const items = new Map<string, unknown>();
  for (const [index, source] of sources.entries()) {
    for (const item of readArtifact(source).abi as readonly { type: string }[]) {
      if (!belongs(item, index)) continue;
      items.set(JSON.stringify(item), item);
    }
  }
  return [...items.values()];
}
