import { type Address, createPublicClient, type Hex, http, type PublicClient } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { demoTokenAbi, plugpactMarketAbi } from '../../protocol/abi.ts';
import { clientOf, deployTestMarket, type TestMarket } from '../../test/support/market.ts';
import { startAnvil } from '../lib/anvil.ts';
import { localAccount } from '../lib/local-accounts.ts';
import type { Figures } from './figures.ts';
import { makePair, playSession, toNextCalendarWord, toNextSlot } from './sessions.ts';

/** Gas of whole transactions, each an integer. */
type Gas = Record<string, number>;

/**
 * Gas of listing, booking and settling on anvil's osaka EVM, beside the plainest thing money can do there: an
 * ERC-20 transfer in the same run. First touch: purse, earnings and calendar word are written for the first time;
 * steady: each of them was written before.
 */
export async function benchGas(): Promise<Figures> {
  const anvil = await startAnvil();
  try {
    const market = await deployTestMarket(anvil.url);
    const client = createPublicClient({ transport: http(anvil.url) });
    const osaka = await measureSessions(market, client);
    const floors = await measureTransfers(market);
    const code = await client.getCode({ address: market.market });
    const ratiosPermille = {
      sessionSteadyToTransferWarm: permille(osaka.sessionSteady, floors.erc20TransferWarm),
      sessionFirstToTransferFresh: permille(osaka.sessionFirst, floors.erc20TransferFresh),
      listToTransferFresh: permille(osaka.list, floors.erc20TransferFresh),
    };
    return { evm: 'anvil, osaka', osaka, floors, ratiosPermille, bytecodeBytes: (code!.length - 2) / 2 };
  } finally {
    await anvil.stop();
  }
}

async function measureSessions(market: TestMarket, client: PublicClient) {
  const pair = await makePair(market);
  const list = await gasOfEvent(client, market.market, 'ListingPublished', pair.listingId);
  // Away from the end of a word, so that every run writes the same number of them.
  await toNextCalendarWord(market);
  const measure = async () => {
    const { bookingId } = await playSession(pair);
    const book = await gasOfEvent(client, market.market, 'Booked', bookingId);
    const settle = await gasOfEvent(client, market.market, 'Settled', bookingId);
    await toNextSlot(market);
    return { book, settle };
  };
  const first = await measure();
  const { book, settle } = await measure();
  const sessionFirst = first.book + first.settle;
  const firstTouch = { bookFirst: first.book, settleFirst: first.settle, sessionFirst };
  return { list, book, settle, sessionSteady: book + settle, ...firstTouch } satisfies Gas;
}

/** Gas of the transaction that emitted this event of this listing or booking. */
async function gasOfEvent(
  client: PublicClient,
  address: Address,
  eventName: 'ListingPublished' | 'Booked' | 'Settled',
  id: Hex,
): Promise<number> {
  const logs = await client.getContractEvents({ address, abi: plugpactMarketAbi, eventName, fromBlock: 0n });
  const log = logs.find(({ topics }) => (topics as readonly Hex[])[1] === id);
  if (log === undefined) throw new Error(`There is no ${eventName} of ${id}.`);
  const receipt = await client.getTransactionReceipt({ hash: log.transactionHash });
  return Number(receipt.gasUsed);
}

async function measureTransfers({ rpcUrl, token }: TestMarket) {
  const client = clientOf(rpcUrl, localAccount('deployer'));
  const send = async (functionName: 'mint' | 'transfer', to: Address) => {
    const args = [to, 1_000_000n] as const;
    const hash = await client.writeContract({ address: token, abi: demoTokenAbi, functionName, args });
    return Number((await client.waitForTransactionReceipt({ hash })).gasUsed);
  };
  // Twice, so that the sender's own balance stays above zero.
  for (let times = 0; times < 3; times++) await send('mint', localAccount('deployer').address);
  const receiver = privateKeyToAccount(generatePrivateKey()).address;
  const erc20TransferFresh = await send('transfer', receiver);
  return { erc20TransferFresh, erc20TransferWarm: await send('transfer', receiver) } satisfies Gas;
}

const permille = (value: number, floor: number): number => Math.round((value * 1_000) / floor);
