import { type Address, encodeFunctionData, type Hex, parseEventLogs, zeroAddress, zeroHash } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { demoTokenAbi, plugpactMarketAbi } from '../../protocol/abi.ts';
import type { RelayedCallResponse } from '../../protocol/api/relay.ts';
import type { ConfigResponse, Problem, RelayResponse } from '../../protocol/api.ts';
import { packLimits, toBookingStruct } from '../../protocol/booking.ts';
import { NO_RAISE } from '../../protocol/calls.ts';
import { depositNonce, RECEIVE_WITH_AUTHORIZATION } from '../../protocol/funding.ts';
import { placeHash } from '../../protocol/listing.ts';
import { NO_SIGNATURE, toReadingStruct } from '../../protocol/reading.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import { reservedState } from '../../protocol/state.ts';
import { signBooking } from '../../scripts/client/signed-booking.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { asBooked, clientOf, fundDriver, makeBooking, reported } from '../support/market.ts';
import { bookCharger, type Charger, listCharger, readingOf } from './marketActions.ts';
import {
  caughtUp,
  get,
  post,
  startLedger,
  startServer,
  type TestLedger,
  type TestServer,
} from './support.ts';

type RelayAnswer = Omit<RelayedCallResponse, 'status' | 'error' | 'transactionHash'> & {
  transactionHash: Hex;
} & Problem & {
    error?: { name: string; args: Record<string, string> };
  };

let ledger: TestLedger;
let server: TestServer;

beforeAll(async () => {
  ledger = await startLedger();
  server = await startServer(ledger.market);
  await caughtUp(server, ledger);
});
afterAll(async () => {
  await server?.stop();
  await ledger?.stop();
});

const call = (functionName: string, args: readonly unknown[]): Hex =>
  encodeFunctionData({ abi: plugpactMarketAbi, functionName, args } as never);

const relay = (data: Hex, to: Address = ledger.market.market) =>
  post<RelayAnswer>(`${server.api}/relay`, { to, data });

const receiptOf = (hash: Hex) =>
  clientOf(ledger.anvil.url, localAccount('deployer')).waitForTransactionReceipt({ hash });

/** A booking signed by a driver who has money but no ether, and the call for the relayer. */
const signedBooking = async (charger: Charger) =>
  signBooking(ledger.market, charger, await fundDriver(ledger.market));

test('a signed intent is booked, and the relayer pays the gas', async () => {
  const { data, bookingId } = await signedBooking(await listCharger(ledger.market));
  const { status, body } = await relay(data);
  expect(status).toBe(200);
  const receipt = await receiptOf(body.transactionHash);
  expect(receipt.status).toBe('success');
  expect(receipt.from).toBe(localAccount('relayer').address.toLowerCase());
  await caughtUp(server, ledger);
  expect((await get(`${server.api}/bookings/${bookingId}`)).body).toMatchObject({
    reservationStatus: 'RESERVED',
    bookedTx: body.transactionHash,
  });
  const { body: config } = await get<ConfigResponse>(`${server.api}/config`);
  expect(config.relayer).toBe(localAccount('relayer').address);
});

test('simultaneous calls are all done, in no more transactions than there are calls', async () => {
  const charger = await listCharger(ledger.market);
  const firstSlot = Math.floor(Date.now() / 900_000) + 4;
  const booked = [];
  for (let i = 0; i < 6; i++) {
    const driver = await fundDriver(ledger.market);
    booked.push(await signBooking(ledger.market, charger, driver, { firstSlot: firstSlot + 4 * i }));
  }
  const answers = await Promise.all(booked.map(({ data }) => relay(data)));
  expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(6);
  const hashes = new Set(answers.map(({ body }) => body.transactionHash));
  const receipts = await Promise.all([...hashes].map(receiptOf));
  const made = receipts.flatMap(({ logs }) =>
    parseEventLogs({ abi: plugpactMarketAbi, eventName: 'Booked', logs }),
  );
  expect(made).toHaveLength(6);
});

test('a call that the ledger would revert is not sent: the answer has the custom error and its arguments', async () => {
  const charger = await listCharger(ledger.market);
  const made = await bookCharger(ledger.market, charger);
  const before = await clientOf(ledger.anvil.url, localAccount('relayer')).getTransactionCount({
    address: localAccount('relayer').address,
  });
  const second = await signedBooking(charger);
  const taken = await relay(second.data);
  expect(taken.status).toBe(422);
  expect(taken.headers.get('content-type')).toContain('application/problem+json');
  expect(taken.body.code).toBe('relay.reverted');
  expect(taken.body.error).toEqual({
    name: 'Booking_SlotTaken',
    args: { listingId: charger.listingId, slot: String(made.booking.firstSlot) },
  });
  expect(taken.body.detail).toContain('Booking_SlotTaken(listingId');
  const notFinal = readingOf(made, { isFinal: false });
  const args = await reported(ledger.market, charger.agent, made, made.state, notFinal);
  expect((await relay(call('settle', asBooked(args)))).body.error).toMatchObject({
    name: 'Reading_NotFinal',
  });
  const after = await clientOf(ledger.anvil.url, localAccount('relayer')).getTransactionCount({
    address: localAccount('relayer').address,
  });
  expect(after).toBe(before);
});

test('only listed calls of the market are relayed', async () => {
  const someone = localAccount('host').address;
  const refused = async (data: Hex, to?: Address) => {
    const { status, body } = await relay(data, to);
    return [status, body.code];
  };
  const mint = encodeFunctionData({ abi: demoTokenAbi, functionName: 'mint', args: [someone, 1n] });
  const deposit = call('deposit', [someone, 0, 1n]);
  expect(await refused(mint, ledger.market.token)).toEqual([403, 'relay.notMarket']);
  expect(await refused(mint)).toEqual([403, 'relay.notAllowed']);
  expect(await refused(deposit)).toEqual([403, 'relay.notAllowed']);
  expect(await refused(call('withdraw', [0, 1n, someone]))).toEqual([403, 'relay.notAllowed']);
  expect(await refused('0x')).toEqual([403, 'relay.notAllowed']);
  const { data } = await signedBooking(await listCharger(ledger.market));
  expect(await refused(data.slice(0, 200) as Hex)).toEqual([400, 'relay.malformed']);
  expect(await refused(`0x${'00'.repeat(16_385)}`)).toEqual([400, 'input.invalid']);
});

test('a driver without ether deposits and withdraws by signature through the relayer', async () => {
  const account = privateKeyToAccount(generatePrivateKey());
  const { body: faucet } = await post<RelayResponse>(`${server.api}/faucet`, { account: account.address });
  await receiptOf(faucet.transactionHash);
  const terms = { from: account.address, value: 3_000_000n, validAfter: 0n, validBefore: 2n ** 40n };
  const domain = {
    name: 'Demo Dollar',
    version: '1',
    chainId: ledger.market.chainId,
    verifyingContract: ledger.market.token,
  };
  const signature = await account.signTypedData({
    domain,
    types: { ReceiveWithAuthorization: RECEIVE_WITH_AUTHORIZATION },
    primaryType: 'ReceiveWithAuthorization',
    message: { ...terms, to: ledger.market.market, nonce: depositNonce(account.address, 0, zeroHash) },
  });
  const args = [account.address, 0, zeroHash, { ...terms, signature }];
  const deposited = await relay(call('depositWithAuthorization', args));
  expect((await receiptOf(deposited.body.transactionHash)).status).toBe('success');
  const withdrawal = { ...withdrawalOf(account.address), validUntil: 2n ** 40n };
  const signed = await signMessageOf(account, ledger.market.ref, 'Withdraw', withdrawal);
  const withdrawn = await relay(call('withdrawBySignature', [withdrawal, signed]));
  expect((await receiptOf(withdrawn.body.transactionHash)).status).toBe('success');
  const purse = { address: ledger.market.market, abi: plugpactMarketAbi, functionName: 'purseOf' } as const;
  const client = clientOf(ledger.anvil.url, localAccount('deployer'));
  expect(await client.readContract({ ...purse, args: [account.address, 0] })).toEqual([2_000_000n, 0n]);
});

const withdrawalOf = (account: Address) => ({
  account,
  purse: 0,
  amount: 1_000_000n,
  to: account,
  relayer: zeroAddress,
  relayFee: 0n,
  nonce: 0n,
  validUntil: 1n,
});

test('every call of a dispute and every signed money call is on the list: the ledger itself answers', async () => {
  const charger = await listCharger(ledger.market);
  const driver = localAccount('host').address;
  const made = await makeBooking(ledger.market, charger.listingId, charger.listing, driver);
  const booking = toBookingStruct(made.booking);
  const open = [booking, reservedState(1)] as const;
  const reading = toReadingStruct(readingOf(made));
  const inBooked = toReadingStruct(readingOf(made), 1);
  const cosigned = {
    booking,
    reading: inBooked,
    agentSignature: NO_SIGNATURE,
    sessionSignature: NO_SIGNATURE,
  };
  const { secret } = made;
  const alone = { booking, reading: inBooked, agentSignature: NO_SIGNATURE, secret, allowance: NO_RAISE };
  const given = { fromSlot: 1n, agentSignature: NO_SIGNATURE };
  const offer = { listedTariff: 0n, driver: zeroAddress, validUntil: 1n, agentSignature: NO_SIGNATURE };
  const proof = { secret, meterKey: `0x${'00'.repeat(64)}`, records: [] };
  const limits = { relayer: zeroAddress, validUntil: 1n };
  const other = { from: zeroAddress, value: 1n, validAfter: 0n, validBefore: 1n, signature: '0x' };
  const { weeklyHours, place } = charger.listing;
  const { account, purse: _, ...withdrawal } = withdrawalOf(driver);
  const earnings = { host: account, listingId: charger.listingId, ...withdrawal };
  const refusals = [
    ['arrived', [...open, '0x'], 'Booking_StateMismatch'],
    ['settleFrom', [...open, reading, NO_SIGNATURE, NO_SIGNATURE], 'Booking_StateMismatch'],
    [
      'bookByWallet',
      [booking, weeklyHours, placeHash(place), packLimits(limits), '0x'],
      'Account_SignatureExpired',
    ],
    [
      'bookOffer',
      [booking, weeklyHours, placeHash(place), packLimits(limits), offer, '0x'],
      'Account_SignatureExpired',
    ],
    ['settleAlone', [alone], 'Booking_StateMismatch'],
    ['settleAndGiveBack', [cosigned, given], 'Booking_StateMismatch'],
    ['settleAloneAndGiveBack', [alone, given], 'Booking_StateMismatch'],
    ['claimAlone', [...open, reading, NO_SIGNATURE, secret, NO_RAISE], 'Booking_StateMismatch'],
    ['claimNoShow', [...open, NO_SIGNATURE], 'Booking_StateMismatch'],
    ['challenge', [...open, '0x'], 'Booking_StateMismatch'],
    ['prove', [...open, proof], 'Booking_StateMismatch'],
    ['fundAndBook', [booking, weeklyHours, placeHash(place), packLimits(limits), other], 'Account_NotDriver'],
    ['depositWithAuthorization', [zeroAddress, 0, zeroHash, other], 'Account_ZeroAddress'],
    ['withdrawBySignature', [withdrawalOf(driver), '0x'], 'Account_SignatureExpired'],
    ['withdrawEarningsBySignature', [earnings, '0x'], 'Account_SignatureExpired'],
  ] as const;
  for (const [name, args, error] of refusals) {
    const { status, body } = await relay(call(name, args));
    expect([name, status, body.error?.name]).toEqual([name, 422, error]);
  }
});

test('a server without a relayer key refuses with a problem', async () => {
  const alone = await startServer(ledger.market, { RELAYER_PRIVATE_KEY: '', FAUCET_PRIVATE_KEY: '' });
  try {
    await caughtUp(alone, ledger);
    const { data } = await signedBooking(await listCharger(ledger.market));
    const answer = await post(`${alone.api}/relay`, { to: ledger.market.market, data });
    expect(answer).toMatchObject({ status: 503, body: { code: 'relay.unavailable' } });
    expect((await get(`${alone.api}/config`)).body).toMatchObject({ relayer: zeroAddress, local: null });
    const faucet = await post(`${alone.api}/faucet`, { account: localAccount('host').address });
    expect(faucet).toMatchObject({ status: 503, body: { code: 'faucet.unavailable' } });
  } finally {
    await alone.stop();
  }
});

test('a relayer without ether refuses with a problem', async () => {
  const poor = await startServer(ledger.market, { RELAYER_PRIVATE_KEY: generatePrivateKey() });
  try {
    await caughtUp(poor, ledger);
    const { data } = await signedBooking(await listCharger(ledger.market));
    const answer = await post(`${poor.api}/relay`, { to: ledger.market.market, data });
    expect(answer).toMatchObject({ status: 503, body: { code: 'relay.outOfGas' } });
  } finally {
    await poor.stop();
  }
});

test('relaying is limited per IP address', async () => {
  const limited = await startServer(ledger.market, {}, { limits: { relay: { count: 1, windowSec: 600 } } });
  try {
    const body = { to: ledger.market.market, data: '0x' };
    expect((await post(`${limited.api}/relay`, body)).status).toBe(403);
    expect(await post(`${limited.api}/relay`, body)).toMatchObject({
      status: 429,
      body: { code: 'limit.reached' },
    });
  } finally {
    await limited.stop();
  }
});

test('the faucet gives demo money and gas', async () => {
  const account = privateKeyToAccount(generatePrivateKey()).address;
  const { status, body } = await post<RelayResponse>(`${server.api}/faucet`, { account });
  expect(status).toBe(200);
  await receiptOf(body.transactionHash);
  const client = clientOf(ledger.anvil.url, localAccount('deployer'));
  const { token } = ledger.market;
  const money = await client.readContract({
    address: token,
    abi: demoTokenAbi,
    functionName: 'balanceOf',
    args: [account],
  });
  expect(money).toBe(100_000_000n);
  expect(await client.getBalance({ address: account })).toBe(10n ** 18n);
});
