import { hashTypedData, type TransactionReceipt, zeroAddress } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { demoTokenAbi, depositAddressesAbi, plugpactMarketAbi } from '../../protocol/abi.ts';
import { intentMessage, packLimits, toBookingStruct } from '../../protocol/booking.ts';
import { depositAddressOf } from '../../protocol/depositAddress.ts';
import { placeHash } from '../../protocol/listing.ts';
import { typedData } from '../../protocol/signedTypes.ts';
import {
  clientOf,
  makeBooking,
  publish,
  sendCall,
  TOKEN,
  testListing,
  testTerms,
} from '../client/local-market.ts';
import { localAccount } from '../lib/local-accounts.ts';
import { type DemoLedger, nowOf, RELAYER, sendStep } from './demo-ledger.ts';
import { makePasskeyAccount, type PasskeyAccount } from './passkey.ts';

/** Holds demo money, as an exchange holds its customers'. */
const EXCHANGE = localAccount('deployer');

const SENT = 20n * TOKEN;

/** Money of the driver with a passkey in token units, as text. */
export interface PasskeyOutcome {
  sent: string;
  /** What is free after the booking. */
  inPurse: string;
}

/** A driver with a passkey, without wallet and ether, gets money and books. */
export async function showAccounts(demoLedger: DemoLedger): Promise<PasskeyOutcome> {
  const { market, report } = demoLedger;
  const recovery = privateKeyToAccount(generatePrivateKey());
  const driver = makePasskeyAccount(market.passkeyVerifier, recovery.address);
  report.event(
    'account',
    `a passkey on the driver's phone is the account ${driver.address}; it has no ether`,
  );
  await fillPurse(demoLedger, driver);
  await bookByPasskey(demoLedger, driver);
  return { sent: String(SENT), inPurse: String(await inPurse(demoLedger, driver)) };
}

/** A plain transfer to the purse's deposit address, which anyone then sweeps into the purse. */
async function fillPurse(demoLedger: DemoLedger, driver: PasskeyAccount): Promise<void> {
  const { market, report } = demoLedger;
  const to = depositAddressOf(market.depositAddresses, driver.address, 0);
  await sendToken(demoLedger, 'mint', [EXCHANGE.address, SENT]);
  const transfer = await sendToken(demoLedger, 'transfer', [to, SENT]);
  report.step('transfer', transfer, `an exchange sends ${report.money(SENT)} to the purse's address ${to}`);
  const sweep = await sendCall(clientOf(market.rpcUrl, RELAYER), {
    ...{ address: market.depositAddresses, abi: depositAddressesAbi },
    ...{ functionName: 'sweep', args: [driver.address, 0] },
  });
  const found = report.money(await inPurse(demoLedger, driver));
  report.step('sweep', sweep, `anyone may bring it into the purse, which now holds ${found}`);
}

const sendToken = (
  { market }: DemoLedger,
  functionName: string,
  args: unknown[],
): Promise<TransactionReceipt> =>
  sendCall(clientOf(market.rpcUrl, EXCHANGE), {
    address: market.token,
    abi: demoTokenAbi,
    functionName,
    args,
  });

/** Books an hour by the passkey's signature, which a relayer sends. */
async function bookByPasskey(demoLedger: DemoLedger, driver: PasskeyAccount): Promise<void> {
  const { market, report } = demoLedger;
  const agent = privateKeyToAccount(generatePrivateKey());
  const listing = testListing(testTerms(localAccount('host').address, agent.address));
  const listingId = await publish(market, agent, listing);
  const { booking } = await makeBooking(market, listingId, listing, driver.address);
  const limits = { relayer: zeroAddress, validUntil: BigInt((await nowOf(demoLedger)) + 300) };
  const intent = typedData(market.ref, 'Intent', intentMessage(booking, limits));
  const signature = driver.sign(hashTypedData(intent as never));
  const { weeklyHours, place } = listing;
  const args = [toBookingStruct(booking), weeklyHours, placeHash(place), packLimits(limits), signature];
  const what = `an hour, signed by the passkey and sent by a relayer; at most ${report.money(booking.money.cap)}, locked`;
  await sendStep(demoLedger, 'book', RELAYER, { functionName: 'bookByWallet', args }, what);
}

async function inPurse({ market }: DemoLedger, { address }: PasskeyAccount): Promise<bigint> {
  const call = { address: market.market, abi: plugpactMarketAbi, functionName: 'purseOf' } as const;
  const [free] = await clientOf(market.rpcUrl, RELAYER).readContract({ ...call, args: [address, 0] });
  return free;
}
