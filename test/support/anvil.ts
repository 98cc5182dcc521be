import { type Anvil, type AnvilOptions, startAnvil } from '../../scripts/lib/anvil.ts';

export { LOCAL_CHAIN_ID, rpc, startAnvil } from '../../scripts/lib/anvil.ts';

/** A local node on a free port for the length of `use`, ended whatever happens in it. */
export async function withAnvil<T>(
  options: Partial<AnvilOptions>,
  use: (anvil: Anvil) => Promise<T>,
): Promise<T> {
  const anvil = await startAnvil(options);
  try {
    return await use(anvil);
  } finally {
    await anvil.stop();
  }
}
