import { get, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { privateKeyToAccount } from 'viem/accounts';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import { LISTING_STATUS } from '../../../protocol/listing.ts';
import { clientOf, deployTestMarket, publish, testListing, testTerms } from '../../client/local-market.ts';
import { startAnvil } from '../../lib/anvil.ts';
import { rpc } from '../../lib/json-rpc.ts';
import { localAccount } from '../../lib/local-accounts.ts';
import { waitFor } from '../../lib/wait.ts';
import { type Measured, measured } from '../measured.ts';

const AGENT_KEY = `0x${'a9'.repeat(32)}` as const;
/** Around the test listing's cell. */
const BBOX = '13,52,14,53';
/** Blocks come at any time between two polls. */
const PAUSE_MS = { least: 300, more: 1_400 };
const TIMEOUT_MS = 30_000;

/** The live map's stream of a server: calls `onEvent` for each event about a listing. */
function openStream({ port }: Measured, onEvent: () => void): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = get(`http://127.0.0.1:${port}/api/v1/map/events?bbox=${BBOX}`, (response) => {
      response.setEncoding('utf8').on('data', (text: string) => {
        if (/^event: (charger|removed)$/m.test(text)) onEvent();
      });
      response.once('error', () => undefined);
      resolve(response);
    });
    asked.once('error', reject);
  });
}

/**
 * Milliseconds from a block until a browser's event about it, in default settings on a local node: one for each of
 * `samples` blocks.
 */
export async function liveDelaysMs(databaseFile: string, samples: number): Promise<number[]> {
  const anvil = await startAnvil();
  let server: Measured | undefined;
  try {
    const market = await deployTestMarket(anvil.url);
    const host = localAccount('host');
    const agent = privateKeyToAccount(AGENT_KEY);
    const listing = testListing(testTerms(host.address, agent.address));
    await publish(market, agent, listing);
    const env = { PORT: '0', RPC_URL: anvil.url, MARKET_ADDRESS: market.market, DATABASE_FILE: databaseFile };
    server = await measured('server/main.ts', env);
    let heardMs: number | undefined;
    const stream = await openStream(server, () => (heardMs ??= performance.now()));
    await rpc(anvil.url, 'evm_setAutomine', [false]);
    const delaysMs: number[] = [];
    for (let sample = 0; sample < samples; sample++) {
      const status = sample % 2 === 0 ? LISTING_STATUS.CLOSED : LISTING_STATUS.OPEN;
      const call = {
        address: market.market,
        abi: plugpactMarketAbi,
        functionName: 'setListingStatus',
      } as const;
      await clientOf(anvil.url, host).writeContract({
        ...call,
        args: [listing, status, '0x'],
        gas: 500_000n,
      } as never);
      await delay(PAUSE_MS.least + Math.random() * PAUSE_MS.more);
      heardMs = undefined;
      const minedMs = performance.now();
      await rpc(anvil.url, 'evm_mine');
      const seenMs = await waitFor('the event of a block', () => heardMs, {
        timeoutMs: TIMEOUT_MS,
        pollMs: 5,
      });
      delaysMs.push(seenMs - minedMs);
    }
    stream.destroy();
    return delaysMs;
  } finally {
    await server?.stop();
    await anvil.stop();
  }
}
