import { setImmediate } from 'node:timers/promises';
import { type Address, encodeFunctionData, type Hex } from 'viem';
import { demoTokenAbi } from '../../protocol/abi.ts';
import { ITEM_GAS_MIN } from '../../protocol/calls.ts';
import { deployTestMarket, type TestMarket, TOKEN, testTerms } from '../client/local-market.ts';
import { deployMarket } from '../deploy/deploy-market.ts';
import { rpc } from '../lib/anvil.ts';
import { localAccount } from '../lib/local-accounts.ts';
import { type Evm, gasOf, type Hardfork, startEvm, startOsakaQuickly, transact } from './evm.ts';
import type { Figures } from './figures.ts';
import {
  addParticipant,
  draftBooking,
  intentArgs,
  keyOf,
  mintToDeployer,
  nowOf,
  type Participant,
  RELAYER,
  send,
  settleArgs,
  toNext,
} from './participants.ts';
import { measurePasskey } from './passkey.ts';
import { measureProof } from './proof.ts';
import { playAllowed, playOffer, playRaised, playSteady } from './session-kinds.ts';
import { measureSweeps } from './sweep.ts';

/** Sessions in a batch, each by another driver at another host's charger. */
const BATCH = 100;

/** The same in the daily sample, which takes a second: enough to notice a change of any call's gas. */
const SAMPLE = 4;

const HOUR_SEC = 3_600;

/** Length of one calendar word (contracts/libraries/Calendar.sol): 224 slots of a quarter of an hour. */
const CALENDAR_WORD_SEC = 224 * 900;

/** What each figure includes; printed with the figures. */
export const GAS_NOTES: readonly string[] = [
  'Gas of whole transactions, calldata and the 21,000 included, on the EVM that Hardhat simulates. Keys and clock',
  'are the same in every run. Terms are those of the usual preset. Steady: purse, earnings and calendar word were',
  'written before. Each session is one hour; unless said otherwise the driver sends the first of its two',
  'transactions, anyone the second, and it ends by a final reading that both signed.',
  'list               one new listing, by the signatures of host and agent, sent by a relayer',
  'sessionSteady      bookAsDriver and settle',
  `sessionBatched     bookAll of ${BATCH} signed bookings and settleAll of ${BATCH} settlements, of ${BATCH} drivers and hosts: per session, steady`,
  'sessionFirstTouch  the same, where each charger writes a new calendar word',
  'sessionAllowed     bookAsDriver and settleAlone: the agent signed alone, within what the booking allows',
  'sessionRaised      the same, where the session key signed a raise of what is allowed',
  'sessionByOffer     bookOffer, with a tariff that the agent signed, and settle',
  'challengeProof     prove, by one OCMF record of 600 bytes with two readings (secp256r1), which ends the booking',
  'proofWithoutClz    the same with the verifier for chains without the CLZ opcode',
  'bookByPasskey      bookByWallet of a passkey account, of which there was a booking before',
  'sweepFirst         sweep of a deposit address that has no code yet, into a purse that is new',
  'sweepLater         the same afterwards',
  'calldata           of sessionSteady, both calls: bytes, and bytes when zlib deflates them (level 9)',
  'erc20Transfer      transfer of the demo token, on osaka, to an account that holds some (warm) or none (fresh)',
  'webAuthnCheck      OpenZeppelin’s bare check of a passkey’s signature in a transaction of its own, on osaka',
  'bytecodeBytes      of the market at its own address; the rarer calls and the OCMF verifier are contracts apart',
  'amsterdam charges at least 64 gas for each byte of calldata, zeros too (EIP-7976): where that is more than the',
  'work itself, as in both transactions of the steady session and in both batches, it is the whole figure.',
  'amsterdam is experimental in Hardhat and may change. Deployments there exceed what one transaction may hold',
  'today, and are sent without that limit; nothing that is measured is.',
];

/** Gas of the usual calls, on two hardforks, next to an ERC-20 transfer in the same run. */
export async function benchGas(): Promise<Figures> {
  const osaka = await onFork('osaka', async (market) => ({
    ...(await measure(market, BATCH)),
    transfers: await measureTransfers(market),
    bytecodeBytes: (await rpc<Hex>(market.rpcUrl, 'eth_getCode', [market.market, 'latest'])).length / 2 - 1,
  }));
  const { figures: amsterdam } = await onFork('amsterdam', (market) => measure(market, BATCH));
  const { figures, webAuthnCheck, transfers, bytecodeBytes } = osaka;
  return { osaka: figures, amsterdam, floors: { ...transfers, webAuthnCheck }, bytecodeBytes };
}

/** The same on one hardfork with small batches: each run of the tests compares it with the snapshot. */
export const sampleGas = async (): Promise<Figures> => ({
  sample: (await onEvm(startOsakaQuickly(), (market) => measure(market, SAMPLE))).figures,
});

const onFork = <T>(hardfork: Hardfork, use: (market: TestMarket) => Promise<T>): Promise<T> =>
  onEvm(startEvm(hardfork), use);

async function onEvm<T>(starting: Promise<Evm>, use: (market: TestMarket) => Promise<T>): Promise<T> {
  const evm = await starting;
  try {
    const market = await deployTestMarket(evm.url);
    await mintToDeployer(market, 3_000n * TOKEN);
    return await use(market);
  } finally {
    await evm.stop();
  }
}

async function measure(market: TestMarket, batch: number) {
  const { members, list, ...batched } = await measureBatches(market, batch);
  await toNext(market, HOUR_SEC);
  const steady = await playSteady(market, members[0]!);
  await toNext(market, HOUR_SEC);
  const kinds = await measureKinds(market, members[0]!);
  const challengeProof = await measureProof(market);
  const proofWithoutClz = await measureProof(await deployWithoutClz(market));
  const { bookByPasskey, webAuthnCheck } = await measurePasskey(market);
  const sweeps = await measureSweeps(market);
  const accounts = { bookByPasskey, ...sweeps, calldata: steady.calldata };
  const proofs = { challengeProof, proofWithoutClz };
  const figures = { list, sessionSteady: steady.gas, ...batched, ...kinds, ...proofs, ...accounts };
  return { figures, webAuthnCheck };
}

async function measureBatches(market: TestMarket, batch: number) {
  await toNext(market, CALENDAR_WORD_SEC);
  const members: Participant[] = [];
  let list = 0;
  for (let index = 0; index < batch; index++) {
    const joined = await addParticipant(market, `member ${index}`);
    members.push(joined.member);
    list = joined.list;
  }
  await toNext(market, CALENDAR_WORD_SEC);
  // Smaller batches at first, when earnings are new as well.
  for (let from = 0; from < batch; from += 25) await playBatch(market, members.slice(from, from + 25));
  await toNext(market, CALENDAR_WORD_SEC);
  const sessionFirstTouch = Math.ceil((await playBatch(market, members)) / batch);
  await toNext(market, HOUR_SEC);
  const sessionBatched = Math.ceil((await playBatch(market, members)) / batch);
  return { members, list, sessionBatched, sessionFirstTouch };
}

/** Another market on the same EVM, whose verifier runs on chains without the CLZ opcode too. */
async function deployWithoutClz({ rpcUrl }: TestMarket): Promise<TestMarket> {
  const account = localAccount('deployer');
  const verifier = 'OcmfVerifierWithoutClz';
  const deployment = await deployMarket({ rpcUrl, network: 'local', account, verifier });
  const ref = { chainId: deployment.chainId, market: deployment.market };
  const market = { ...deployment, rpcUrl, ref };
  await mintToDeployer(market, 100n * TOKEN);
  return market;
}

/** Steady sessions that are booked or settled in another way. */
async function measureKinds(market: TestMarket, member: Participant) {
  const sessionAllowed = await playAllowed(market, member);
  await toNext(market, HOUR_SEC);
  const sessionRaised = await playRaised(market, member);
  await toNext(market, HOUR_SEC);
  const sessionByOffer = await measureOffer(market);
  await toNext(market, HOUR_SEC);
  return { sessionAllowed, sessionRaised, sessionByOffer };
}

async function measureOffer(market: TestMarket): Promise<number> {
  const { tariff } = testTerms(RELAYER, RELAYER);
  const { member } = await addParticipant(market, 'bidder', { tariff: { ...tariff, discountBp: 2_000n } });
  await playBatch(market, [member]);
  await toNext(market, HOUR_SEC);
  return playOffer(market, member);
}

/** A session of each participant, booked and settled in two transactions; returns the gas of both. */
async function playBatch(market: TestMarket, members: readonly Participant[]): Promise<number> {
  const made = await Promise.all(members.map((member) => draftBooking(member)));
  const signed = await Promise.all(members.map((member, index) => intentArgs(member, made[index]!)));
  const booked = await sendAll(market, 'bookAll', signed.flat());
  const bookedAt = await nowOf(market);
  const settlements: unknown[] = [];
  for (const [index, member] of members.entries()) {
    settlements.push(...(await settleArgs(member, made[index]!, bookedAt)));
    // Signing them takes seconds, after which the node in this process closes idle connections: it must get its turn, or
    // the next request is sent on one that ends.
    await setImmediate();
  }
  return booked + (await sendAll(market, 'settleAll', settlements));
}

async function sendAll(market: TestMarket, call: string, items: readonly unknown[]): Promise<number> {
  const receipt = await send(market, call, [items, ITEM_GAS_MIN]);
  if (receipt.logs.length !== items.length)
    throw new Error('A batch has another number of events than items.');
  const [first] = receipt.logs;
  const isSame = receipt.logs.every(({ topics }) => topics[0] === first?.topics[0]);
  if (!isSame) throw new Error('A batch skipped an item.');
  return gasOf(receipt);
}

async function measureTransfers({ rpcUrl, token }: TestMarket) {
  const from = localAccount('deployer').address;
  const transfer = async (to: Address) => {
    const args = [to, 1_000_000n] as const;
    const data = encodeFunctionData({ abi: demoTokenAbi, functionName: 'transfer', args });
    return gasOf(await transact(rpcUrl, { from, to: token, data }));
  };
  const receiver = keyOf('receiver').address;
  const erc20TransferFresh = await transfer(receiver);
  return { erc20TransferWarm: await transfer(receiver), erc20TransferFresh };
}
